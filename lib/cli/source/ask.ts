import type { z } from 'zod'
import { notRunning, type Server, ServerError } from '../import/find-server.ts'

/** Asks the running server about its sources and checks the answer. @throws ServerError */
export function ask<S extends z.ZodType>(
  server: Server,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.output<S>> {
  return askServer(server, method, `/sources${path}`, schema, body)
}

/** Asks the running server and checks its answer; `path` below `/api/v1`. @throws ServerError */
export async function askServer<S extends z.ZodType>(
  server: Server,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.output<S>> {
  const response = await send(server, method, path, body)
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new ServerError(detailOf(answer) ?? `The server answered with status ${response.status}.`)
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new ServerError('The answer of the server is not as expected: it may have another version than this command.')
}

async function send({ url, token }: Server, method: string, path: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const text = body === undefined ? null : JSON.stringify(body)
  try {
    return await fetch(`${url}/api/v1${path}`, { method, headers, body: text, redirect: 'error' })
  } catch (cause) {
    throw new ServerError(`${url} does not answer.\n${notRunning()}`, { cause })
  }
}

function detailOf(body: unknown): string | null {
  const has = typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string'
  return has ? String(body.detail) : null
}
