import { LIMITS } from '#lib/in-toto/index.ts'
import { type Fetched, SourceError } from '../connector.ts'
import { digestOf, hasDigest } from './digest.ts'
import { blobOf } from './names.ts'
import { pullScope, type Registry, refused } from './registry.ts'

/**
 * The bytes of a blob, held against its digest: a download that broke off or was changed on its way is noticed by that.
 * Registries send on to their object store, which is asked without credentials. Throws GONE, INTEGRITY and others.
 */
export async function fetchBlob(registry: Registry, key: string, signal: AbortSignal): Promise<Fetched> {
  const blob = blobOf(key)
  if (blob === null) throw gone(registry, key)
  const { repository, digest } = blob
  const response = await registry.ask(`${repository}/blobs/${digest}`, {
    scope: pullScope(repository),
    accept: 'application/octet-stream, */*',
    limitBytes: LIMITS.envelopeBytes,
    timeoutMs: 120_000,
    signal,
  })
  if (response.status === 404) throw gone(registry, key)
  if (response.status !== 200) throw refused(registry, response, `the blob ${key}`)
  if (hasDigest(response.body, digest)) return { bytes: response.body }
  const found = digestOf(response.body, digest.startsWith('sha512:') ? 'sha512' : 'sha256')
  throw new SourceError(
    'INTEGRITY',
    `${registry.host} gave other bytes than those of ${key}: their digest is ${found}. Nothing of it is used.`,
  )
}

function gone({ host }: Registry, key: string): SourceError {
  return new SourceError('GONE', `There is no ${key.slice(0, 400)} at ${host} any more.`)
}
