import { type GuardedResponse, type Probe, SourceError } from '../connector.ts'
import { listReferrers } from './referrers.ts'
import { bad, type Registry, refused } from './registry.ts'
import { repositoriesOf } from './repositories.ts'
import { FIRST_PAGE, readTags } from './tags.ts'

/** Of so many repositories the tags are counted: somebody waits. */
const MOST_TRIED = 5

/** Tries the registry, the first repositories, and whether it lists referrers. */
export async function probe(registry: Registry, signal: AbortSignal): Promise<Probe> {
  const start = registry.now().getTime()
  const since = () => registry.now().getTime() - start
  try {
    const version = await greet(registry, signal)
    const latencyMs = since()
    const repositories = await repositoriesOf(registry, signal)
    const notes = await notesOf(registry, repositories, signal)
    return { reached: true, what: 'OCI registry', version, entries: null, latencyMs, notes }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { reached: false, code: error.code, message: error.message, latencyMs: since() }
  }
}

/** distribution-spec, "Determining Support": what the registry says it speaks, where it does. */
async function greet(registry: Registry, signal: AbortSignal): Promise<string | null> {
  const request = { scope: '', accept: 'application/json', limitBytes: 1024 * 1024, signal }
  const response: GuardedResponse = await registry.ask('', request)
  if (response.status !== 200) throw refused(registry, response, 'a sign of life under /v2/')
  const speaks = response.headers.get('docker-distribution-api-version')
  if (speaks === null && /html/i.test(response.headers.get('content-type') ?? ''))
    throw bad(registry, 'answers with a web page under /v2/')
  return speaks !== null && /^registry\/[\d.]{1,10}$/.test(speaks) ? `API ${speaks}` : null
}

async function notesOf(registry: Registry, repositories: readonly string[], signal: AbortSignal): Promise<string[]> {
  const notes: string[] = []
  const tried = repositories.slice(0, MOST_TRIED)
  const counts = await Promise.all(
    tried.map(async (repository) => ({ repository, page: await readTags(registry, repository, FIRST_PAGE, signal) })),
  )
  for (const { repository, page } of counts)
    notes.push(
      page === null
        ? missing(repository)
        : `${repository}: ${page.next === null ? '' : 'more than '}${countOf(page.tags.length)}.`,
    )
  if (repositories.length > tried.length) notes.push(`${repositories.length} repositories in all; these were tried.`)
  if (repositories.length === 0) notes.push('No repository is taken by these names yet.')
  const there = counts.find(({ page }) => page !== null)
  if (there !== undefined) notes.push(await referrersNote(registry, there.repository, signal))
  notes.push('Whoever may push can attach what they like: signatures are checked here, after the download.')
  return notes
}

function missing(repository: string): string {
  return `${repository}: not there yet, or not shown to this source.`
}

function countOf(tags: number): string {
  return tags === 1 ? '1 tag' : `${tags} tags`
}

async function referrersNote(registry: Registry, repository: string, signal: AbortSignal): Promise<string> {
  const nothing = `sha256:${'0'.repeat(64)}`
  return (await listReferrers(registry, repository, nothing, signal)) === null
    ? 'It has no referrers API: what is attached is found by the tags sha256-… and sha256-….att.'
    : 'It has the referrers API: what is attached is found by it, and by the tags sha256-… and sha256-….att.'
}
