import { AppError } from '#lib/errors.ts'

/** @throws AppError CONFLICT where the source is paused: nothing that is asked of it would be done */
export function requireActive({ name, pausedAt }: { name: string; pausedAt: Date | null }): void {
  if (pausedAt !== null) throw new AppError('CONFLICT', `${name} is paused. Resume it first.`)
}
