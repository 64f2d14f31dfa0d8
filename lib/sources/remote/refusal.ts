import { type GuardedResponse, SourceError } from '../connector.ts'

/**
 * What a status other than the expected ones means for a source. `asked` says what was wanted of whom, such as
 * `archivista.bank.example for an attestation`. The answer's body is not repeated: it may hold what is none of the
 * reader's business (G-27).
 */
export function refusalOf(response: GuardedResponse, asked: string, now: Date): SourceError {
  const { status, headers } = response
  const retryAfterMs = retryAfter(headers.get('retry-after'), now)
  const wait = retryAfterMs === null ? {} : { retryAfterMs }
  if (status === 401 || status === 403)
    return new SourceError(
      'UNAUTHORIZED',
      `Asking ${asked} was refused (status ${status}). Check the secrets of this source and what they may read.`,
    )
  if (status === 429 || (status === 503 && retryAfterMs !== null))
    return new SourceError('BUSY', `Asking ${asked}: too busy (status ${status}). It is asked again later.`, wait)
  if (status >= 300 && status < 400)
    return new SourceError(
      'BAD_ANSWER',
      `Asking ${asked}: sent on to another address (status ${status}), which is not followed. Enter that address.`,
    )
  if (status >= 500)
    return new SourceError('UNREACHABLE', `Asking ${asked} failed there (status ${status}). Its log says why.`, wait)
  return new SourceError('BAD_ANSWER', `Asking ${asked}: unexpected status ${status}. Is the address right?`)
}

/** RFC 9110, 10.2.3: seconds, or a date. Milliseconds from now, at most an hour; null where it is neither. */
export function retryAfter(value: string | null, now: Date): number | null {
  if (value === null) return null
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), 3_600_000)
}
