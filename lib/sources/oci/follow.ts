import { type Batch, type Cursor, type Memory, type PassLimits, type Skipped, SourceError } from '../connector.ts'
import { isThere, resolveTag } from './get-manifest.ts'
import { inParallel } from './in-parallel.ts'
import { blobOf, isTag, roleOf } from './names.ts'
import { type Place, placeOf, startOf } from './place.ts'
import { Circles } from './read-list.ts'
import type { Registry } from './registry.ts'
import { repositoriesOf } from './repositories.ts'
import { readTags } from './tags.ts'
import { type Found, type Node, nodesOf, type Referrers, Walk } from './walk.ts'

// Registries tell nobody what is new. Each pass goes through the tags of each repository; a tag costs one small request,
// and a manifest that was read once is remembered by its digest. Images that no tag names any more are remembered too, for
// people attach evidence to digests.

/** Tags whose manifests are looked at together, and after which the place is written down. */
const CHUNK = 8
/** A repository of more is read in parts: nobody waits a day to hear that there is too much. */
const MOST_TAGS = 200_000
/** A page without a tag counts like so many: a list of nothing ends too. */
const EMPTY_PAGE = 200

/** What a registry has after a cursor; ends with the batch that has caught up. */
export async function* follow(
  registry: Registry,
  memory: Memory,
  cursor: Cursor,
  limits: PassLimits,
): AsyncGenerator<Batch> {
  let place = placeOf(cursor, registry.now())
  for (const repository of await repositoriesOf(registry, limits.signal)) {
    if (repository < place.repository) continue
    if (repository !== place.repository) place = startOf(repository, place.startedAt)
    const walk = new Walk(registry, memory, repository, new Date(place.startedAt), limits.signal)
    if (place.stage === 'tags') place = yield* followTags(registry, walk, place, limits)
    place = yield* followRemembered(registry, memory, walk, place, limits)
  }
  yield { entries: [], cursor: null, caughtUp: true }
}

async function* followTags(
  registry: Registry,
  walk: Walk,
  start: Place,
  limits: PassLimits,
): AsyncGenerator<Batch, Place> {
  const circles = new Circles(registry)
  let place = start
  for (;;) {
    circles.check(place.query)
    const page = await readTags(registry, place.repository, place.query, limits.signal)
    if (page === null) yield* batches(noRepository(registry, place), place, place, limits)
    const tags = page === null ? [] : page.tags.slice(page.tags.indexOf(place.after) + 1)
    for (let at = 0; at < tags.length; at += CHUNK) {
      const some = tags.slice(at, at + CHUNK)
      const found = await lookAt(registry, walk, place.repository, some, limits.signal)
      const next = { ...place, after: some.at(-1) ?? place.after, tags: place.tags + some.length }
      if (next.tags > MOST_TAGS) throw tooMany(place.repository)
      yield* batches(found, place, next, limits)
      place = next
    }
    const query = page?.next ?? null
    if (query === null) return { ...place, stage: 'remembered', after: '' }
    if (page?.tags.length === 0) place = { ...place, tags: place.tags + EMPTY_PAGE }
    place = { ...place, query, after: '' }
    if (place.tags > MOST_TAGS) throw tooMany(place.repository)
    // so that pages without tags are a place too
    yield { entries: [], cursor: place, caughtUp: false }
  }
}

/** The evidence that some tags lead to. */
async function lookAt(
  registry: Registry,
  walk: Walk,
  repository: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  const nodes = await inParallel(tags.filter(isTag), async (tag): Promise<Node[]> => {
    const role = roleOf(tag)
    if (role.role === 'none') return []
    const digest = await resolveTag(registry, repository, tag, signal)
    if (digest === null) return []
    return role.role === 'image'
      ? [{ digest, of: null, ask: true, sure: true }]
      : [{ digest, of: role.subject, ask: false, sure: true }]
  })
  return together(await inParallel(nodes.flat(), (node) => walk.from([node])))
}

function together(all: readonly Found[]): Found {
  return { entries: all.flatMap(({ entries }) => entries), skipped: all.flatMap(({ skipped }) => skipped) }
}

/** Images that no tag names are asked for new evidence less often than others: most of them are old. */
const ASK_AGAIN_MS = 3_600_000

/** Images of earlier passes to which no tag of this pass led. One that is gone, with all that referred to it, is forgotten. */
async function* followRemembered(
  registry: Registry,
  memory: Memory,
  walk: Walk,
  start: Place,
  limits: PassLimits,
): AsyncGenerator<Batch, Place> {
  let place = start
  for (;;) {
    const keys = await memory.older(walk.subjectKey(''), new Date(place.startedAt), place.after, CHUNK)
    const last = keys.at(-1)
    if (last === undefined) return place
    const again = { registry, memory, walk, repository: place.repository, signal: limits.signal }
    const known = await walk.recallReferrers(keys)
    const found = together(await inParallel(keys, (key) => lookAgain(again, key, known.get(key))))
    const next = { ...place, after: last }
    yield* batches(found, place, next, limits)
    place = next
  }
}

interface Again {
  readonly registry: Registry
  readonly memory: Memory
  readonly walk: Walk
  readonly repository: string
  readonly signal: AbortSignal
}

async function lookAgain(again: Again, key: string, before: Referrers | undefined): Promise<Found> {
  const { registry, memory, walk, repository, signal } = again
  const digest = blobOf(key.slice(key.indexOf(' ') + 1))?.digest
  if (digest === undefined) return { entries: [], skipped: [] }
  const recent = registry.now().getTime() - ASK_AGAIN_MS
  if (before !== undefined && Date.parse(before.askedAt) > recent)
    return walk.from(nodesOf(digest, before.digests).map((node) => ({ ...node, ask: false })))
  const skipped: Skipped[] = []
  const referrers = await walk.askReferrers(digest, skipped)
  if (referrers.length === 0 && !(await isThere(registry, repository, digest, signal))) await memory.forget([key])
  return together([{ entries: [], skipped }, await walk.from(referrers)])
}

/** What was found, no more at a time than is asked for; the place moves on with the last of it. */
function* batches({ entries, skipped }: Found, from: Place, to: Place, { batchEntries }: PassLimits): Generator<Batch> {
  for (let at = 0; at + batchEntries < entries.length; at += batchEntries)
    yield { entries: entries.slice(at, at + batchEntries), cursor: from, caughtUp: false }
  const rest = entries.length === 0 ? 0 : Math.floor((entries.length - 1) / batchEntries) * batchEntries
  yield { entries: entries.slice(rest), cursor: to, caughtUp: false, skipped }
}

/** Repositories come with their first push: one that is not there is said, and nothing more. */
function noRepository({ host }: Registry, { repository }: Place): Found {
  const message = `There is no repository ${repository} at ${host}, or it is not shown to this source. It is asked for again.`
  return { entries: [], skipped: [{ key: repository, code: 'GONE', message }] }
}

function tooMany(repository: string): SourceError {
  return new SourceError(
    'LIMIT',
    `${repository} lists more than ${MOST_TAGS} tags, or pages without end. Nothing beyond them is read.`,
  )
}
