import type { ZodError } from 'zod'
import { databaseFault } from '../db/database-fault.ts'
import { AppError, type ErrorCode, type FieldProblem, statusOf } from '../errors.ts'

/** RFC 9457: what every failed request is answered with. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  fields?: readonly FieldProblem[]
  requestId: string
  [extra: string]: unknown
}

const titles: Record<ErrorCode, string> = {
  BAD_REQUEST: 'The request is not understood',
  UNAUTHENTICATED: 'Sign in first',
  FORBIDDEN: 'Not allowed',
  NOT_FOUND: 'Not found',
  CONFLICT: 'Changed in the meantime',
  TOO_LARGE: 'Too large',
  UNSUPPORTED_TYPE: 'Unknown type of content',
  RATE_LIMITED: 'Too many attempts',
  INTERNAL: 'Waybill made a mistake',
  UNAVAILABLE: 'Not available right now',
}

/** Field problems of a zod error, with paths such as `steps.2.name`. */
export function fieldProblems(error: ZodError): FieldProblem[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
}

/** A refused part of a request (`body`, `query`, `params`) as an error that names each field. */
export function refusedInput(part: string, error: ZodError): AppError {
  const fields = fieldProblems(error)
  const list = fields.map((f) => (f.path === '' ? f.message : `${f.path}: ${f.message}`)).join('; ')
  return new AppError('BAD_REQUEST', `The ${part} of this request is not as expected: ${list}`, { fields })
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return null
}

/** Any thrown value as the error it is answered with. What is not foreseen becomes INTERNAL: only its id is shown. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof Error && error.name === 'FormatError') return formatProblem(error)
  if (databaseFault(error) === 'down')
    return new AppError(
      'UNAVAILABLE',
      'The database does not answer, so nothing was acknowledged. Try again in a moment; what is sent twice is kept once.',
      {
        retryAfter: 5,
        cause: error,
      },
    )
  if (codeOf(error) === 'P2002')
    return new AppError('CONFLICT', 'Something with the same name or content exists already.', { cause: error })
  return new AppError('INTERNAL', 'Something went wrong on our side. Give the request id to whoever runs Waybill.', {
    cause: error,
  })
}

/** A document that is not one: its own code and place go along. */
function formatProblem(error: Error): AppError {
  const place = 'place' in error && typeof error.place === 'string' ? error.place : ''
  const formatCode = codeOf(error)
  return new AppError('BAD_REQUEST', error.message, {
    fields: [{ path: place, message: error.message }],
    extra: formatCode === null ? {} : { formatCode },
    cause: error,
  })
}

export function problemOf(error: AppError, requestId: string): Problem {
  return {
    ...error.extra,
    type: `https://waybill.invalid/problems/${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: titles[error.code],
    status: statusOf[error.code],
    detail: error.message,
    code: error.code,
    ...(error.fields ? { fields: error.fields } : {}),
    requestId,
  }
}

/** The answer to a failed request; faults of ours are logged with the id, which is all the caller sees. */
export function problemResponse(thrown: unknown, requestId: string): Response {
  const error = asAppError(thrown)
  if (statusOf[error.code] >= 500) console.error(`request ${requestId} failed:`, error.cause ?? error)
  const problem = problemOf(error, requestId)
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
  })
  if (error.retryAfter !== undefined) headers.set('retry-after', String(error.retryAfter))
  if (error.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer realm="waybill"')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
