import { z } from 'zod'
import { type GuardedResponse, SourceError } from '../connector.ts'
import { refusalOf } from '../remote/refusal.ts'
import type { ArchivistaServer } from './archivista-server.ts'
import { download } from './download.ts'
import { gitoidOf } from './gitoid.ts'
import { queryCount, readJson } from './query.ts'

const answerSchema = z.object({ gitoid: z.string() })
const ANSWER_BYTES = 64 * 1024

/**
 * Sends an envelope. Archivista says 500 for all that it does not take, for what it has already, and for faults of its own,
 * and may have kept the bytes all the same; so after a 500 its list is asked, and only what that knows counts as there.
 * Throws REFUSED where it takes others but not this one, INTEGRITY where it took something else, and others.
 */
export async function upload(
  server: ArchivistaServer,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<'taken' | 'there'> {
  const gitoid = gitoidOf(bytes)
  const headers = { 'content-type': 'application/json' }
  const request = {
    method: 'POST' as const,
    headers,
    body: bytes,
    limitBytes: ANSWER_BYTES,
    timeoutMs: 120_000,
    signal,
  }
  const response = await server.ask('upload', request)
  if (response.status !== 200) return whyNot(server, gitoid, response, signal)
  const { gitoid: given } = readJson(server, response.body, answerSchema)
  if (given === gitoid) return 'taken'
  const message = `${server.host} says that it keeps ${given.slice(0, 100)}, where ${gitoid} was sent. Something between changes what is sent.`
  throw new SourceError('INTEGRITY', message)
}

async function whyNot(
  server: ArchivistaServer,
  gitoid: string,
  response: GuardedResponse,
  signal: AbortSignal,
): Promise<'there'> {
  const { status } = response
  if (![400, 413, 422, 500].includes(status))
    throw refusalOf(response, `${server.host} to keep an attestation`, server.now())
  if ((await queryCount(server, { gitoidSha256: gitoid }, signal)) > 0) {
    // the bytes that lie there are these
    await download(server, gitoid, signal)
    return 'there'
  }
  throw new SourceError(
    'REFUSED',
    `${server.host} did not take it (status ${status}), though it answers otherwise. Its log says why.`,
  )
}
