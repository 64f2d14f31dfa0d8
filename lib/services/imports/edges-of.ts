import type { Artifacts, Envelope } from '#lib/in-toto/index.ts'
import { IMPORT_LIMITS } from './limits.ts'
import { storedText } from './store/stored-text.ts'

export type EdgeRole = 'product' | 'subject' | 'material'

/** An envelope speaks of an artifact: what the graph is walked along. */
export interface JoinEdge {
  readonly role: EdgeRole
  readonly algo: string
  /** lower-case hex */
  readonly digest: string
  readonly name: string
}

/** Digests that say which file it is, with the lengths they may have in hex. Nothing else joins. */
const joinable: ReadonlyMap<string, readonly number[]> = new Map([
  ['sha256', [64]],
  ['sha512', [128]],
  ['gitCommit', [40, 64]],
])

/** The empty file, and git's empty blob: everybody has them, so they tie nothing together. */
const neverJoin: ReadonlySet<string> = new Set([
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
])

/**
 * Subjects that name no file but something that thousands share: Witness lists branch, committer, pipeline and project
 * beside the files. Of its subjects only files and commits join.
 */
const witnessSubject = /^https:\/\/witness\.(dev|testifysec\.com)\/attestations\//
const witnessFile = /\/attestations\/(product|material)\/v[0-9.]+\/file:/
/** The last is an e-mail address, and not a file with its version, such as `left-pad@1.3.0.tgz`. */
const hubSubject = /^(mailto:|refs\/|pkg:|https?:\/\/)|@(?!v?\d+\.\d)[^/]+\.[a-z]+$/i

/** The edges of an envelope, files that were made first, cut at the limit; the same bytes give the same edges. */
export function edgesOf(envelope: Envelope): JoinEdge[] {
  const edges = new Map<string, JoinEdge>()
  if (envelope.kind === 'layout') return []
  const { document } = envelope
  addFiles(edges, 'product', document.products)
  if (envelope.kind === 'statement')
    for (const { name, uri, digests } of envelope.document.subjects) {
      const label = name ?? uri ?? ''
      if (!isHub(label)) addDigests(edges, 'subject', fileName(label), digests)
    }
  addFiles(edges, 'material', document.materials)
  return [...edges.values()]
}

function addFiles(edges: Map<string, JoinEdge>, role: EdgeRole, files: Artifacts): void {
  for (const [path, digests] of files) {
    if (edges.size >= IMPORT_LIMITS.edges) return
    addDigests(edges, role, path, digests)
  }
}

function addDigests(
  edges: Map<string, JoinEdge>,
  role: EdgeRole,
  label: string,
  digests: Readonly<Record<string, string>>,
): void {
  const name = storedText(label)
  for (const { algo, digest } of joiningDigests(digests)) {
    if (edges.size >= IMPORT_LIMITS.edges) return
    edges.set(`${role} ${algo} ${digest} ${name}`, { role, algo, digest, name })
  }
}

/** Those of a digest set by which artifacts are joined, in lower case. */
export function joiningDigests(
  digests: Readonly<Record<string, string>>,
): { readonly algo: string; readonly digest: string }[] {
  const joining: { readonly algo: string; readonly digest: string }[] = []
  for (const algo of Object.keys(digests)) {
    const digest = digests[algo]?.toLowerCase() ?? ''
    if (joinable.get(algo)?.includes(digest.length) && !neverJoin.has(digest)) joining.push({ algo, digest })
  }
  return joining
}

/** Whether a subject's name says that its digest is of something that thousands share. */
export function isHub(name: string): boolean {
  if (witnessSubject.test(name)) return !witnessFile.test(name)
  return hubSubject.test(name) && !/^pkg:(oci|docker)\//.test(name)
}

/** Witness writes `https://witness.dev/attestations/product/v0.1/file:app` for `app`. */
export function fileName(name: string): string {
  return witnessSubject.test(name) ? name.slice(name.indexOf('/file:') + '/file:'.length) : name
}
