import { AppError } from '#lib/errors.ts'

/** Where a list by time ended: the time and the id of its last row. */
export interface Cursor {
  readonly at: Date
  readonly id: string
}

export function writeCursor({ at, id }: Cursor): string {
  return `${at.getTime()}.${id}`
}

export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null
  const [, ms, id] = /^(\d{1,15})\.([0-9a-f-]{1,36})$/.exec(text) ?? []
  if (ms === undefined || id === undefined)
    throw new AppError('BAD_REQUEST', 'Expected `after` to be what the last page gave as `next`; found something else.')
  return { at: new Date(Number(ms)), id }
}
