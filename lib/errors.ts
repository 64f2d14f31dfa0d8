/**
 * What a request can fail with, and the HTTP status each code is answered with. One table, exhaustive:
 * a code without a status does not compile.
 */
export const statusOf = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
  UNSUPPORTED_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof statusOf

/** A fault of one field of the request: where it is, and what was expected there. */
export type FieldProblem = { path: string; message: string }

/**
 * The request cannot be served. `message` is for people: what was expected, what was found, where, what to do.
 * `cause` is for the log only. A verdict that says no is never an error.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly fields: readonly FieldProblem[] | undefined
  /** members that a caller needs besides the sentence, such as the current revision after a conflict */
  readonly extra: Readonly<Record<string, unknown>> | undefined
  /** seconds after which trying again makes sense */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      fields?: readonly FieldProblem[]
      extra?: Readonly<Record<string, unknown>>
      retryAfter?: number
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.fields = options.fields
    this.extra = options.extra
    this.retryAfter = options.retryAfter
  }
}

/** `what` is a noun with its name, such as `software payments-api`. */
export function notFound(what: string): AppError {
  return new AppError(
    'NOT_FOUND',
    `There is no ${what}. It may have been removed, or the address may have a typing mistake.`,
  )
}
