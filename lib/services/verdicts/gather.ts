import { verifyCertificate } from '#lib/crypto/node/index.ts'
import { pool } from '#lib/db/client.ts'
import { type FinalGroup, findBuilds, openStore, type Store } from '#lib/in-toto/select/builds.ts'
import type { SelectInput } from '#lib/in-toto/select/input.ts'
import { comparedMaterials, wantedLinks } from '#lib/in-toto/select/wanted.ts'
import { isCalled, type JudgingContext, mayBeBy, namesOf } from './context.ts'
import { INNER_PATH } from './inner-path.ts'
import { intermediatesFor } from './intermediates.ts'
import { type Pinned, pinnedSublayouts } from './pinned-links.ts'
import { idsRebuilt } from './rebuilt-links.ts'
import { idsOfRuns } from './run-mentions.ts'
import { sameRun } from './same-run.ts'
import { deliveriesOf } from './stored-deliveries.ts'
import { type DocumentCache, documentRows, documentsOf } from './stored-documents.ts'
import { idsTied } from './tied-links.ts'
import { verifyNodeSignature } from './verify-node-signature.ts'

/** What a build is looked for in: a delivery, or the envelopes of a final link that came without one. */
export type Target =
  | { readonly kind: 'delivery'; readonly id: string }
  | { readonly kind: 'loose'; readonly envelopeIds: readonly string[] }

/** Links of other runs that are looked at to explain a step without any. */
const NEAREST = 40
/** Links anywhere that list a final file. */
const LISTING = 2_000
/** How far a tie may lead from what came with the run: a supplier of a supplier, and so on. */
const TIED_ROUNDS = 10
/** Documents that name the run of a final link: an id that more of them name tells no runs apart. */
const OF_ONE_RUN = 3_000

/**
 * All evidence that can matter to the builds of a target: what came in its delivery, with the links of sublayouts; links
 * anywhere that list a final file, that name the same run in their signed bytes, or that the binding lets digests tie;
 * the same signed bytes wherever else they were seen; and, to explain, the nearest links of other runs.
 */
export async function gather(
  context: JudgingContext,
  target: Target,
  at: number,
  cache: DocumentCache,
): Promise<Store> {
  const isTarget = ({ deliveryId }: FinalGroup) => target.kind === 'loose' || deliveryId === target.id
  const pinned = await pinnedSublayouts(context)
  const came = target.kind === 'delivery' ? await idsOfDelivery(context, target.id) : [...target.envelopeIds]
  const own = [...came, ...pinned.ids]
  const first = await storeOf(context, own, target, at, cache, pinned)
  const builds = findBuilds(first).filter(isTarget)
  const listing = await idsListing(
    context,
    builds.flatMap((build) => [...build.files.values()].map((one) => one.sha256 ?? '')),
  )
  const alike = await idsOfRuns(context, builds, OF_ONE_RUN)
  const open = context.stepNames.filter((name) => (first.evidence.links.get(name) ?? []).length === 0)
  const nearest = open.length === 0 ? [] : await idsOfSteps(context, open)
  const ids = new Set([...own, ...listing, ...alike, ...nearest])
  const truncated = listing.length > LISTING || alike.length > OF_ONE_RUN
  const read = (wanted: ReadonlySet<string>, cut: boolean) =>
    storeOf(context, [...wanted], target, at, cache, pinned, truncated || cut)
  const { store, known } = await withRebuilds(context, await read(ids, false), isTarget, ids, read)
  if (context.binding.sharedSteps.length === 0 && !context.binding.mixedRuns) return store
  return withTied(context, store, isTarget, known, read)
}

/** Links of other runs that list the same materials as what is selected now: shown where they made something else. */
async function withRebuilds(
  context: JudgingContext,
  store: Store,
  isTarget: (build: FinalGroup) => boolean,
  given: ReadonlySet<string>,
  read: (ids: ReadonlySet<string>, cut: boolean) => Promise<Store>,
): Promise<{ readonly store: Store; readonly known: ReadonlySet<string> }> {
  const builds = findBuilds(store).filter(isTarget)
  const found = await idsRebuilt(
    context,
    builds.flatMap((build) => comparedMaterials(store, build)),
  )
  const known = new Set([...given, ...found])
  return known.size === given.size ? { store, known } : { store: await read(known, false), known }
}

/** What digests tie may itself be tied to more: until nothing new is found. */
async function withTied(
  context: JudgingContext,
  store: Store,
  isTarget: (build: FinalGroup) => boolean,
  given: ReadonlySet<string>,
  read: (ids: ReadonlySet<string>, cut: boolean) => Promise<Store>,
): Promise<Store> {
  let [found, known] = [store, given]
  for (let round = 0; round < TIED_ROUNDS; round++) {
    const builds = findBuilds(found).filter(isTarget)
    const tied = await idsTied(
      context,
      builds.flatMap((build) => wantedLinks(found, build)),
    )
    const more = new Set([...known, ...tied.ids])
    if (tied.truncated) return read(more, true)
    if (more.size === known.size) return found
    found = await read(more, false)
    known = more
  }
  return read(known, true)
}

async function storeOf(
  context: JudgingContext,
  ids: readonly string[],
  target: Target,
  at: number,
  cache: DocumentCache,
  { sublayouts }: Pinned,
  truncated = false,
): Promise<Store> {
  const rows = await documentRows(ids)
  const documents = await documentsOf(context, rows, target.kind === 'delivery' ? target.id : null, at, cache)
  const deliveryIds = [...new Set(rows.flatMap(({ deliveryId }) => deliveryId ?? []))]
  const input: SelectInput = {
    softwareId: context.software.id,
    layout: context.document,
    layoutKeys: context.layoutKeys,
    unusableKeys: context.unusableKeys,
    parameters: context.parameters,
    finalFiles: context.settings.finalFiles,
    documents,
    deliveries: await deliveriesOf(deliveryIds),
    truncated,
    waiting: context.settings.waitingMinutes * 60_000,
    at,
    verifySignature: verifyNodeSignature,
    runIdPaths: context.runIdPaths,
    sharedSteps: new Set(context.binding.sharedSteps),
    mixedRuns: context.binding.mixedRuns,
    sublayouts,
    forms: context.forms,
    takenOut: context.takenOut,
    functionaries: context.trust.functionaries,
    revokedKeys: context.trust.revokedKeys,
    // putting it in force checked every signature on it
    layoutProofs: [{ kind: 'witnessed', at: context.binding.since.getTime(), by: 'Waybill', signature: null }],
    certificates: {
      verifyCertificate,
      intermediates: await intermediatesFor(documents.map(({ document }) => document)),
      bundles: context.trust.bundles,
    },
  }
  return openStore(input)
}

/** The attempts of the run of delivery $1 up to itself: it holds what they pushed. */
const ATTEMPTS_UP_TO = `SELECT o."id" FROM "Delivery" d JOIN "Delivery" o ON o."id" = d."id"
  OR (${sameRun('d', 'o')} AND o."attempt" <= d."attempt") WHERE d."id" = $1::uuid`

async function idsOfDelivery({ stepNames, evidenceNames }: JudgingContext, id: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "Sighting" s JOIN "Envelope" e ON e."id" = s."envelopeId"
     WHERE s."deliveryId" IN (${ATTEMPTS_UP_TO}) AND (
       ${isCalled('$3')}
       OR s."path" ~ '${INNER_PATH}'
       OR substring(s."path" from '([^/]+)[.][^./]{8}[.]link$') = ANY($2::text[]))`,
    [id, stepNames, evidenceNames],
  )
  return rows.map((row) => row.id)
}

/** Links of the layout's steps among whose files is a final one. */
async function idsListing({ evidenceNames, keyids }: JudgingContext, sha256s: readonly string[]): Promise<string[]> {
  const digests = [...new Set(sha256s)]
    .filter((hex) => /^[0-9a-f]{64}$/.test(hex))
    .map((hex) => Buffer.from(hex, 'hex'))
  if (digests.length === 0) return []
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "Artifact" a
     JOIN "Edge" g ON g."artifactId" = a."id" AND g."role" IN ('material', 'product')
     JOIN "Envelope" e ON e."id" = g."envelopeId"
     WHERE a."algo" = 'sha256' AND a."digest" = ANY($1::bytea[]) AND ${isCalled('$2')}
       AND EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$3')})
     LIMIT ${LISTING + 1}`,
    [digests, evidenceNames, keyids],
  )
  return rows.map((row) => row.id)
}

/** The latest links of steps, by whoever may sign for them: to say what was passed over. */
async function idsOfSteps({ keyids, forms }: JudgingContext, steps: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT n."id"::text AS "id" FROM unnest($1::text[]) AS wanted("name") CROSS JOIN LATERAL (
       SELECT e."id" FROM "Envelope" e
       WHERE ${isCalled('ARRAY[wanted."name"]')} AND e."status" = 'parsed'
         AND EXISTS (SELECT 1 FROM "EnvelopeSignature" x WHERE x."envelopeId" = e."id" AND ${mayBeBy('$2')})
       ORDER BY e."id" DESC LIMIT ${NEAREST}) n`,
    [namesOf(steps, forms), keyids],
  )
  return rows.map((row) => row.id)
}
