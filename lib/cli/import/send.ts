import { type Import, importSchema } from '#lib/contract/evidence.ts'
import type { ImportArguments } from './arguments.ts'
import type { LocalFile } from './collect-files.ts'
import { notRunning, type Server, ServerError } from './find-server.ts'

/** Sends all files as one act and answers with the fate of each. @throws ServerError */
export async function send(server: Server, files: readonly LocalFile[], given: ImportArguments): Promise<Import> {
  const form = new FormData()
  for (const { path, content } of files) form.append('files', content, path)
  const response = await post(server, form, given)
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return importSchema.parse(body)
  throw new ServerError(`The server refused this with status ${response.status}: ${detailOf(body)}`)
}

async function post(server: Server, body: FormData, given: ImportArguments): Promise<Response> {
  const query = new URLSearchParams({ title: titleOf(given) })
  if (given.software !== null) query.set('software', given.software)
  if (given.run !== null) query.set('run', given.run)
  if (given.attempt !== null) query.set('attempt', String(given.attempt))
  const headers = { authorization: `Bearer ${server.token}` }
  try {
    return await fetch(`${server.url}/api/v1/imports?${query}`, { method: 'POST', headers, body, redirect: 'error' })
  } catch (cause) {
    const hint = given.url === null ? notRunning() : 'Check the address, and that the server runs.'
    throw new ServerError(`${server.url} does not answer (${whyOf(cause)}).\n${hint}`, { cause })
  }
}

function titleOf({ paths, run }: ImportArguments): string {
  return (run ?? paths.join(', ')).slice(0, 200)
}

function whyOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : 'unknown'
}

function detailOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string')
    return body.detail
  return 'it gave no reason.'
}
