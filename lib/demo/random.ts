import { digestOf } from '#lib/testing/authority/documents.ts'

/** The same number in [0, 1) for the same words: the demo has the same content every time, only its keys are fresh. */
export function chance(...words: readonly (string | number)[]): number {
  return Number.parseInt(digestOf(words.join(' ')).slice(0, 8), 16) / 2 ** 32
}
