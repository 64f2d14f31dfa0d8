import { type Batch, type Cursor, type Entry, type PassLimits, SourceError } from '../connector.ts'
import type { ArchivistaServer } from './archivista-server.ts'
import { type Listing, later, listingAt, type Place, placeAfter, placeOf } from './place.ts'
import { bad, type ListedDsse, queryCount, queryPage, StaleCursor, type Where } from './query.ts'

/** What Archivista has after a cursor; ends with the batch that has caught up. */
export async function* follow(server: ArchivistaServer, cursor: Cursor, limits: PassLimits): AsyncGenerator<Batch> {
  let place = placeOf(cursor)
  if (!place.swept) place = yield* readList(server, place, limits)
  place = yield* readList(server, place, limits)
  yield { entries: [], cursor: place, caughtUp: true }
}

/** An upgrade in the middle of a list makes its places stale once; a server that never knows them has no list. */
const MOST_RESTARTS = 3

/** Reads one list to its end, however far it was read before, and answers the place after it. */
async function* readList(server: ArchivistaServer, place: Place, limits: PassLimits): AsyncGenerator<Batch, Place> {
  const pages = new Pages(server)
  let listing = listingAt(place, server.now())
  let restarts = 0
  for (;;) {
    const total = listing.total ?? (await queryCount(server, whereOf(listing), limits.signal))
    listing = { ...listing, total }
    const page = await nextPage(server, listing, limits)
    if (page === null) {
      if (++restarts > MOST_RESTARTS)
        throw bad(server, 'forgets again and again the place in its list that it gave before')
      listing = { ...listing, after: null, listed: 0 }
      continue
    }
    if (page.length === 0) break
    pages.check(page)
    listing = afterPage(listing, page)
    await checkEnds(server, listing, limits.signal)
    yield { entries: page.map(entryOf), cursor: { ...place, run: listing }, caughtUp: false, total }
  }
  if (await isComplete(server, listing, limits.signal)) return placeAfter(place, listing)
  // a list with holes counts for nothing: it is read again from its beginning
  yield { entries: [], cursor: { ...place, run: null }, caughtUp: false }
  throw bad(server, `listed ${listing.listed} of ${listing.total} entries and then said that there are no more`)
}

/** null: Archivista has forgotten the place that it gave before; the list begins again. */
async function nextPage(
  server: ArchivistaServer,
  listing: Listing,
  { batchEntries, signal }: PassLimits,
): Promise<ListedDsse[] | null> {
  const page = { where: whereOf(listing), first: batchEntries, after: listing.after }
  try {
    return await queryPage(server, page, signal)
  } catch (error) {
    if (error instanceof StaleCursor && listing.after !== null) return null
    throw error
  }
}

function afterPage(listing: Listing, page: readonly ListedDsse[]): Listing {
  const newest = page.reduce((latest: string | null, { createdAt }) => later(latest, createdAt), listing.newest)
  const after = page.at(-1)?.cursor ?? listing.after
  return { ...listing, after, newest, listed: listing.listed + page.length }
}

/** Rows are added while they are listed, but not twice as many and more: such a list never ends. */
async function checkEnds(server: ArchivistaServer, listing: Listing, signal: AbortSignal): Promise<void> {
  const most = (total: number) => 2 * total + 10_000
  if (listing.listed <= most(listing.total ?? 0)) return
  if (listing.listed <= most(await queryCount(server, whereOf(listing), signal))) return
  throw bad(server, `lists entries without end: ${listing.listed} so far, where it counts ${listing.total}`)
}

/** Fewer than there were at the start and fewer than there are now: some were left out. */
async function isComplete(server: ArchivistaServer, listing: Listing, signal: AbortSignal): Promise<boolean> {
  if (listing.listed >= (listing.total ?? 0)) return true
  return listing.listed >= (await queryCount(server, whereOf(listing), signal))
}

function whereOf({ window }: Listing): Where | null {
  if (window === null) return null
  return { createdAtLT: window.to, ...(window.from === null ? {} : { createdAtGTE: window.from }) }
}

/** Remembers where each page of a list ended and what it held: a server that goes in circles is stopped. */
class Pages {
  readonly #ends = new Set<string>()
  readonly #contents = new Set<string>()
  readonly #server: ArchivistaServer

  constructor(server: ArchivistaServer) {
    this.#server = server
  }

  check(page: readonly ListedDsse[]): void {
    const end = page.at(-1)?.cursor ?? ''
    const content = `${page[0]?.gitoid} ${page.at(-1)?.gitoid} ${page.length}`
    if (this.#ends.has(end) || this.#contents.has(content))
      throw bad(this.#server, 'sends the same page of its list again and again')
    this.#ends.add(end)
    this.#contents.add(content)
  }
}

/** Archivista keeps no names: an envelope lies there under its gitoid. */
function entryOf({ gitoid, createdAt }: ListedDsse): Entry {
  return { key: gitoid, path: `${gitoid}.json`, version: null, sha256: null, seenAt: createdAt }
}

/** More than this speaks of no artifact but of a hub, such as an e-mail address that signs everything. */
const MOST_OF_ONE_DIGEST = 10_000

/** What names the digest as a subject. Throws LIMIT where that is nearly everything. */
export async function listByDigest(
  server: ArchivistaServer,
  digest: { algorithm: string; value: string },
  limits: PassLimits,
): Promise<Entry[]> {
  const where = { hasStatementWith: [{ hasSubjectsWith: [{ hasSubjectDigestsWith: [digest] }] }] }
  const pages = new Pages(server)
  const found = new Map<string, Entry>()
  let after: string | null = null
  for (;;) {
    const page: ListedDsse[] = await queryPage(server, { where, first: limits.batchEntries, after }, limits.signal)
    if (page.length === 0) return [...found.values()]
    pages.check(page)
    for (const dsse of page) found.set(dsse.gitoid, entryOf(dsse))
    after = page.at(-1)?.cursor ?? null
    if (found.size > MOST_OF_ONE_DIGEST)
      throw new SourceError(
        'LIMIT',
        `More than ${MOST_OF_ONE_DIGEST} attestations name this digest at ${server.host}. A digest of so many is no artifact.`,
      )
  }
}
