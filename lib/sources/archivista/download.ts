import { LIMITS } from '#lib/in-toto/index.ts'
import { type Fetched, type GuardedResponse, SourceError } from '../connector.ts'
import { refusalOf } from '../remote/refusal.ts'
import type { ArchivistaServer } from './archivista-server.ts'
import { gitoidOf, isGitoid } from './gitoid.ts'
import { queryCount } from './query.ts'

/**
 * The bytes under a gitoid, which is recomputed from them: a download that broke off after its 200 is noticed by that
 * alone. Also finds what was uploaded but never made it into Archivista's list. Throws GONE, INTEGRITY and others.
 */
export async function download(server: ArchivistaServer, gitoid: string, signal: AbortSignal): Promise<Fetched> {
  if (!isGitoid(gitoid)) throw gone(server, gitoid)
  const request = { limitBytes: LIMITS.envelopeBytes, timeoutMs: 120_000, signal }
  const response = await server.ask(`download/${gitoid}`, request)
  if (response.status !== 200) throw await whyNot(server, gitoid, response, signal)
  const found = gitoidOf(response.body)
  if (found === gitoid) return { bytes: response.body }
  throw new SourceError(
    'INTEGRITY',
    `${server.host} gave other bytes than those of gitoid ${gitoid}: their gitoid is ${found}. Nothing of it is used.`,
  )
}

/**
 * A missing object is a 500 like every other failure there. Its own words tell it from an outage (those of the file store,
 * and of S3); and only what its list does not know either is gone: a list whose store is not mounted knows it still.
 */
async function whyNot(
  server: ArchivistaServer,
  gitoid: string,
  response: GuardedResponse,
  signal: AbortSignal,
): Promise<SourceError> {
  const words = new TextDecoder().decode(response.body.subarray(0, 2_000))
  const missing = response.status === 404 || /no such file or directory|specified key does not exist/i.test(words)
  if (!missing) return refusalOf(response, `${server.host} for attestation ${gitoid}`, server.now())
  if ((await queryCount(server, { gitoidSha256: gitoid }, signal)) === 0) return gone(server, gitoid)
  return new SourceError(
    'UNREACHABLE',
    `${server.host} lists attestation ${gitoid}, but does not find its bytes. Is its blob store mounted?`,
  )
}

function gone(server: ArchivistaServer, gitoid: string): SourceError {
  return new SourceError('GONE', `There is no attestation ${gitoid.slice(0, 100)} at ${server.host} any more.`)
}
