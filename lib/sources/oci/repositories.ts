import { z } from 'zod'
import { SourceError } from '../connector.ts'
import { isRepository } from './names.ts'
import { Circles, nextQuery, PAGE_BYTES, readPage } from './read-list.ts'
import { CATALOG_SCOPE, type Registry, refused } from './registry.ts'

const MOST_REPOSITORIES = 10_000
const MOST_PAGES = 1_000
const catalogSchema = z.object({ repositories: z.array(z.string()).nullable() })

/**
 * The repositories that the settings mean, in the order of their names: those that are named, and of the registry's own
 * list (`_catalog`) those that a pattern such as `payments/*` or `*` takes. Throws SourceError.
 */
export async function repositoriesOf(registry: Registry, signal: AbortSignal): Promise<string[]> {
  const named = registry.settings.repositories.filter((name) => !name.endsWith('*'))
  const beginnings = registry.settings.repositories
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1))
  const listed = beginnings.length === 0 ? [] : await catalog(registry, signal)
  const taken = listed.filter((name) => beginnings.some((beginning) => name.startsWith(beginning)))
  return [...new Set([...named.map((name) => fullName(registry, name)), ...taken])].sort()
}

/** Docker Hub keeps its official images under `library/`. */
function fullName({ host }: Registry, name: string): string {
  return host === 'registry-1.docker.io' && !name.includes('/') ? `library/${name}` : name
}

async function catalog(registry: Registry, signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>()
  const circles = new Circles(registry)
  let query: string | null = 'n=1000'
  for (let page = 0; query !== null; page++) {
    circles.check(query)
    const response = await registry.ask(`_catalog?${query}`, {
      scope: CATALOG_SCOPE,
      accept: 'application/json',
      limitBytes: PAGE_BYTES,
      signal,
    })
    if (response.status !== 200) throw noCatalog(registry, response.status) ?? refused(registry, response, wanted)
    const { repositories } = readPage(registry, response, catalogSchema, wanted)
    for (const name of repositories ?? []) if (isRepository(name)) found.add(name)
    if (found.size > MOST_REPOSITORIES || page > MOST_PAGES) throw tooMany(registry, found.size)
    query = nextQuery(registry, response, '_catalog')
  }
  return [...found]
}

const wanted = 'its list of repositories'

/** Many registries keep this list to themselves: Docker Hub, GHCR, Quay. */
function noCatalog({ host }: Registry, status: number): SourceError | null {
  if (![403, 404, 405, 501].includes(status)) return null
  return new SourceError(
    'SETTINGS',
    `${host} does not tell its list of repositories (status ${status}), which a name with * needs. Name each repository.`,
  )
}

function tooMany({ host }: Registry, found: number): SourceError {
  const message = `${host} lists more than ${MOST_REPOSITORIES} repositories, or pages without end (${found} so far). Name them.`
  return new SourceError('LIMIT', message)
}
