import { isDigest } from './digest.ts'

/** How a tag tells what it stands for: an image, a list of referrers, attestations of cosign, or something of no use here. */
export type TagRole =
  | { readonly role: 'image' }
  /** distribution-spec, "Referrers Tag Schema": an index of what refers to the digest */
  | { readonly role: 'referrers'; readonly subject: string }
  /** cosign: a manifest whose layers are attestations */
  | { readonly role: 'attestations'; readonly subject: string }
  /** cosign: signatures over the image itself, and lists of parts: no statement that anybody signed */
  | { readonly role: 'none' }

const attached = /^(sha256|sha512)-([0-9a-f]{64})(?:\.(att|sig|sbom))?$/

export function roleOf(tag: string): TagRole {
  const [, algorithm, hex, suffix] = attached.exec(tag) ?? []
  if (algorithm === undefined || hex === undefined) return { role: 'image' }
  const subject = `${algorithm}:${hex}`
  if (suffix === undefined) return { role: 'referrers', subject }
  return suffix === 'att' ? { role: 'attestations', subject } : { role: 'none' }
}

/** The tag that lists what refers to a digest where the registry cannot: at most 64 characters of the hex. */
export function referrersTag(digest: string): string {
  const [algorithm, hex = ''] = digest.split(':')
  return `${algorithm}-${hex.slice(0, 64)}`
}

/** The tag under which cosign keeps attestations of a digest. */
export function attestationsTag(digest: string): string {
  return `${referrersTag(digest)}.att`
}

/** distribution-spec, "Pulling manifests". */
export function isTag(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)
}

/** distribution-spec, "Pulling manifests". */
export function isRepository(text: string): boolean {
  return text.length <= 255 && repositoryPattern.test(text)
}

const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repositoryPattern = new RegExp(`^${part}(?:/${part})*$`)

/** A blob and where it lies: the key of an entry. The same blob in several manifests of a repository is one entry. */
export interface BlobName {
  readonly repository: string
  readonly digest: string
}

export function keyOf({ repository, digest }: BlobName): string {
  return `${repository}@${digest}`
}

/** Null for a text that is no key of ours. */
export function blobOf(key: string): BlobName | null {
  const at = key.indexOf('@')
  const [repository, digest] = [key.slice(0, at), key.slice(at + 1)]
  return at > 0 && isRepository(repository) && isDigest(digest) ? { repository, digest } : null
}
