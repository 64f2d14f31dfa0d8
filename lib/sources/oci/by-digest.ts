import { type Entry, type Memory, type PassLimits, type Skipped, SourceError } from '../connector.ts'
import { isDigest } from './digest.ts'
import { isThere, resolveTag } from './get-manifest.ts'
import { inParallel } from './in-parallel.ts'
import { attestationsTag, referrersTag } from './names.ts'
import type { Registry } from './registry.ts'
import { repositoriesOf } from './repositories.ts'
import { type Node, Walk } from './walk.ts'

/**
 * What hangs on a digest in any of the repositories: its referrers, the tags that stand in for them, cosign's tag, and the
 * attestations inside of an index. Whether it speaks of the digest is for its own subjects to say. What was found is
 * remembered as a pass does it: an image that no tag names is looked at in later passes, too, and not said to be gone.
 * Throws SourceError.
 */
export async function listByDigest(
  registry: Registry,
  memory: Memory,
  algorithm: string,
  value: string,
  { signal }: PassLimits,
): Promise<Entry[]> {
  const digest = `${algorithm}:${value}`
  if (!isDigest(digest)) return []
  const found = new Map<string, Entry>()
  await inParallel(await repositoriesOf(registry, signal), async (repository) => {
    for (const entry of await attachedTo(registry, memory, repository, digest, signal)) found.set(entry.key, entry)
  })
  return [...found.values()]
}

async function attachedTo(
  registry: Registry,
  memory: Memory,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const walk = new Walk(registry, memory, repository, registry.now(), signal)
  const nodes = await startsOf(walk, registry, memory, repository, digest, signal)
  for (const tag of [referrersTag(digest), attestationsTag(digest)]) {
    const found = await resolveTag(registry, repository, tag, signal)
    if (found !== null) nodes.push({ digest: found, of: digest, ask: false, sure: true })
  }
  const { entries, skipped } = await walk.from(nodes)
  refuseNothing(entries, skipped)
  return entries
}

/** Whoever asks for one digest wants all of it, or to hear why not. */
function refuseNothing(found: readonly unknown[], [first]: readonly Skipped[]): void {
  if (first !== undefined && found.length === 0) throw new SourceError('BAD_ANSWER', first.message)
}

/** The image itself; where it is not there, what refers to it nevertheless: it may lie elsewhere, or still have to come. */
async function startsOf(
  walk: Walk,
  registry: Registry,
  memory: Memory,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<Node[]> {
  if (await isThere(registry, repository, digest, signal)) return [{ digest, of: digest, ask: true, sure: true }]
  const skipped: Skipped[] = []
  const nodes = await walk.askReferrers(digest, skipped)
  refuseNothing(nodes, skipped)
  // nothing hangs there: no pass has to look again
  if (nodes.length === 0) await memory.forget([walk.subjectKey(digest)])
  return nodes
}
