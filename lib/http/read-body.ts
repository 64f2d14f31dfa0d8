import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { refusedInput } from './problem.ts'

/** JSON bodies are forms and drafts; evidence is read by its own routes. */
export const jsonBodyLimit = 8 * 1024 * 1024

/** Reads at most `limit` bytes; more is refused with both numbers, without reading on. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limit) throw tooLarge(limit, `${announced} bytes`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit, `more than ${limit} bytes`)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function tooLarge(limit: number, found: string): AppError {
  return new AppError('TOO_LARGE', `The body may have ${limit} bytes; it has ${found}. Send it in smaller parts.`)
}

/** The body as the schema's value. Anything but JSON is 415, broken JSON and wrong members are 400. */
export async function readJsonBody<T>(request: Request, schema: z.ZodType<T>, limit = jsonBodyLimit): Promise<T> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\b/i.test(type))
    throw new AppError('UNSUPPORTED_TYPE', `Expected Content-Type: application/json, found ${type || 'none'}.`)
  const parsed = schema.safeParse(parseJsonText(await readBytes(request, limit)))
  if (!parsed.success) throw refusedInput('body', parsed.error)
  return parsed.data
}

function parseJsonText(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable'
    throw new AppError('BAD_REQUEST', `The body is not JSON: ${why}`, { cause })
  }
}
