import { type GuardedResponse, SourceError } from '../connector.ts'
import { digestOf, hasDigest, isDigest } from './digest.ts'
import { MANIFEST_BYTES, MANIFEST_TYPES, type ManifestFacts, readManifest } from './manifest.ts'
import { pullScope, type Registry, refused } from './registry.ts'

/** The digest that a tag stands for now; null where the tag is not there (any more). Throws SourceError. */
export async function resolveTag(
  registry: Registry,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<string | null> {
  const head = await request(registry, repository, tag, 'HEAD', signal)
  if (head.status === 404) return null
  const told = head.headers.get('docker-content-digest')
  if (head.status === 200 && told !== null && isDigest(told)) return told
  // a registry that does not tell, or knows no HEAD
  const { status, body } = await request(registry, repository, tag, 'GET', signal)
  if (status === 404) return null
  if (status !== 200) throw refused(registry, head, `the tag ${repository}:${tag}`)
  readManifest(body, `${repository}:${tag}`)
  return digestOf(body)
}

/** Whether a manifest is (still) there. Throws SourceError. */
export async function isThere(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<boolean> {
  const head = await request(registry, repository, digest, 'HEAD', signal)
  if (head.status === 404) return false
  const { status } = head.status === 200 ? head : await request(registry, repository, digest, 'GET', signal)
  if (status === 404) return false
  if (status !== 200) throw refused(registry, head, `the manifest ${repository}@${digest}`)
  return true
}

/** What matters of a manifest, whose bytes were held against its digest; null where it is not there. Throws SourceError. */
export async function getManifest(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<ManifestFacts | null> {
  const response = await request(registry, repository, digest, 'GET', signal)
  if (response.status === 404) return null
  const what = `${repository}@${digest}`
  if (response.status !== 200) throw refused(registry, response, `the manifest ${what}`)
  if (hasDigest(response.body, digest)) return readManifest(response.body, what)
  const found = digestOf(response.body, digest.startsWith('sha512:') ? 'sha512' : 'sha256')
  throw new SourceError(
    'INTEGRITY',
    `${registry.host} gave another manifest than ${what}: its digest is ${found}. Nothing of it is used.`,
  )
}

function request(
  registry: Registry,
  repository: string,
  reference: string,
  method: 'GET' | 'HEAD',
  signal: AbortSignal,
): Promise<GuardedResponse> {
  return registry.ask(`${repository}/manifests/${reference}`, {
    method,
    scope: pullScope(repository),
    accept: MANIFEST_TYPES,
    limitBytes: MANIFEST_BYTES,
    signal,
  })
}
