import { z } from 'zod'
import { SourceError } from '../connector.ts'
import { digestSchema } from './digest.ts'
import { Circles, nextQuery, PAGE_BYTES, readPage } from './read-list.ts'
import { pullScope, type Registry, refused } from './registry.ts'

/** More than this refers to no artifact of a build but is made to be too much. */
const MOST_REFERRERS = 5_000
const MOST_PAGES = 1_000
const indexSchema = z.object({ manifests: z.array(z.object({ digest: z.string() })).nullable() })

/** How registries say that they have no such list: docker-registry 404, others 400, 405, 406 or 501. */
const without = new Set([400, 404, 405, 406, 501])

/**
 * Digests of the manifests that refer to a digest (distribution-spec, "Listing Referrers"); null where the registry has
 * no such list, and the tags tell. Throws SourceError.
 */
export async function listReferrers(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  const path = `${repository}/referrers/${digest}`
  const wanted = `the referrers of ${repository}@${digest}`
  const found = new Set<string>()
  const circles = new Circles(registry)
  let query: string | null = ''
  for (let page = 0; query !== null; page++) {
    circles.check(query)
    const response = await registry.ask(query === '' ? path : `${path}?${query}`, {
      scope: pullScope(repository),
      accept: 'application/vnd.oci.image.index.v1+json',
      limitBytes: PAGE_BYTES,
      signal,
    })
    if (page === 0 && without.has(response.status)) return null
    if (response.status !== 200) throw refused(registry, response, wanted)
    const { manifests } = readPage(registry, response, indexSchema, wanted)
    for (const one of manifests ?? []) if (digestSchema.safeParse(one.digest).success) found.add(one.digest)
    if (found.size > MOST_REFERRERS || page > MOST_PAGES) throw tooMany(`${repository}@${digest}`)
    query = nextQuery(registry, response, path)
  }
  return [...found]
}

function tooMany(what: string): SourceError {
  const message = `More than ${MOST_REFERRERS} manifests refer to ${what}, or its list does not end. They are passed over.`
  return new SourceError('LIMIT', message)
}
