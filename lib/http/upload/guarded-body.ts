import { AppError } from '../../errors.ts'

export interface BodyLimits {
  /** bytes of the whole body */
  readonly bytes: number
  /** time for a small body; larger ones get more by `bytesPerSecond` */
  readonly graceMs: number
  readonly bytesPerSecond: number
  /** bytes of all uploads together that this process holds at a time */
  readonly inFlight: number
  /** whose file took longer than this to come is asked for again who they are (F-18) */
  readonly trustMs: number
}

const MiB = 1024 * 1024

export const BODY_LIMITS: BodyLimits = {
  bytes: 1024 * MiB,
  graceMs: 30_000,
  bytesPerSecond: 128 * 1024,
  inFlight: 1024 * MiB,
  trustMs: 1_000,
}

let held = 0

/**
 * The body in pieces as they come: counted while it streams, cut when it is too large or too slow, refused while the
 * process holds too much of others. Compressed bodies are refused: their size says nothing.
 */
export async function* guardedBody(request: Request, limits: BodyLimits = BODY_LIMITS): AsyncGenerator<Uint8Array> {
  refuseEarly(request, limits)
  const body = request.body
  if (body === null) return
  const reader = body.getReader()
  const started = Date.now()
  let size = 0
  try {
    for (;;) {
      const left = started + limits.graceMs + (size / limits.bytesPerSecond) * 1_000 - Date.now()
      const { done, value } = await withinTime(reader.read(), left, limits, size)
      if (done) return
      size += value.length
      held += value.length
      if (size > limits.bytes) throw tooLarge(limits.bytes, `more than ${limits.bytes} bytes`)
      if (held > limits.inFlight) throw busy()
      yield value
    }
  } finally {
    held -= size
    // nobody waits for the rest of what was refused
    void reader.cancel().catch(() => undefined)
  }
}

function refuseEarly(request: Request, limits: BodyLimits): void {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new AppError(
      'UNSUPPORTED_TYPE',
      `Expected a body that is not compressed; found Content-Encoding: ${encoding}. Send it plain, or a zip or tar.gz as a file.`,
    )
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limits.bytes) throw tooLarge(limits.bytes, `${announced} bytes`)
  if (held + announced > limits.inFlight && held > 0) throw busy()
}

function withinTime<T>(work: Promise<T>, left: number, limits: BodyLimits, size: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        const rate = `${limits.graceMs / 1_000} s and ${limits.bytesPerSecond} bytes a second`
        const message = `The body came too slowly: ${size} bytes so far, expected all within ${rate}. Nothing of the rest was read; send it again.`
        reject(new AppError('BAD_REQUEST', message, { extra: { formatCode: 'SLOW_BODY' } }))
      },
      Math.max(0, left),
    )
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function tooLarge(limit: number, found: string): AppError {
  return new AppError('TOO_LARGE', `The body may have ${limit} bytes; it has ${found}. Send it in smaller parts.`)
}

function busy(): AppError {
  const message = 'Too many uploads at once. Nothing of this one was stored; send it again in a moment.'
  return new AppError('RATE_LIMITED', message, { retryAfter: 5 })
}
