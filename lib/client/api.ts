import type { z } from 'zod'
import { ApiProblem, problemOf } from './problem.ts'

export { ApiProblem }

const unreachable = () =>
  new ApiProblem(0, 'UNREACHABLE', 'Waybill could not be reached. Check the connection and try again; nothing is lost.')

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable()
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

/** null for an answer without a body. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  return text === '' ? null : JSON.parse(text)
}

async function parsed<S extends z.ZodType>(response: Response, schema: S): Promise<z.output<S>> {
  const answer = schema.safeParse(await jsonOf(response))
  if (answer.success) return answer.data
  const where = answer.error.issues[0]?.path.join('.') ?? ''
  throw new ApiProblem(
    response.status,
    'UNEXPECTED_ANSWER',
    `The server's answer is not as expected${where ? ` at ${where}` : ''}. Reload the page: it may be older than the server.`,
  )
}

/** Asks for `path` and checks the answer against `schema`. Throws ApiProblem. */
export async function apiGet<S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal): Promise<z.output<S>> {
  return parsed(await ask(path, { headers: { accept: 'application/json' }, signal: signal ?? null }), schema)
}

/** Sends JSON, a form (or nothing, with `body` undefined) and checks the answer. Throws ApiProblem. */
export async function apiSend<S extends z.ZodType>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  schema: S,
): Promise<z.output<S>> {
  const isForm = typeof FormData !== 'undefined' && body instanceof FormData
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json'
  const sent = body === undefined ? null : isForm ? body : JSON.stringify(body)
  const response = await ask(path, { method, headers, body: sent })
  return parsed(response, schema)
}
