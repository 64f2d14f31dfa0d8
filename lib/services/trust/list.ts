import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { RootState, TrustDomainRow, TrustedRootRow, TrustList } from '#lib/contract/trust.ts'
import { parseSpiffeId } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import type { TrustDecision as Row } from '#lib/generated/prisma/client.ts'
import { rootsInForce, type TrustBundle, type TrustedRoot, trustBundlesOf } from '#lib/in-toto/index.ts'
import { readDomains } from './domains-of-layouts.ts'
import { decisionOf, decisionRows } from './load.ts'

/** A month ahead; of a root that lives for a day only, the last third of its life. */
const SOON_MS = 30 * 24 * 60 * 60_000
const OFFERED = 50

/** Every trust domain that was spoken of, with its roots over time, and bundles that nobody decided about yet. */
export async function listTrust(actor: Actor, now = new Date()): Promise<TrustList> {
  requireRight(actor, 'read')
  const [rows, software, bundles] = await Promise.all([
    decisionRows(db),
    readDomains(),
    db.spiffeBundle.findMany({ orderBy: [{ firstSeenAt: 'desc' }, { sha256: 'asc' }], take: OFFERED }),
  ])
  const taken = new Set(rows.flatMap(({ content }) => (content === null ? [] : [hex(content)])))
  const offered = bundles.filter(({ bytes }) => !taken.has(hex(bytes)))
  return {
    domains: [...Map.groupBy(rows, ({ trustDomain }) => trustDomain)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([trustDomain, own]) => ({ ...domainRow(trustDomain, own, now), software: software(trustDomain) })),
    offered: offered.map(({ sha256, name, trustDomains, roots, sequence, firstSeenAt, broughtBy }) => ({
      sha256: hex(sha256),
      name,
      trustDomains: trustDomains.filter((name) => parseSpiffeId(`spiffe://${name}`).valid),
      roots,
      sequence,
      firstSeenAt: firstSeenAt.toISOString(),
      broughtBy,
    })),
  }
}

/** One of them. */
export async function getTrustDomain(actor: Actor, trustDomain: string, now = new Date()): Promise<TrustDomainRow> {
  requireRight(actor, 'read')
  const rows = await decisionRows(db, { trustDomain })
  if (rows.length === 0) throw notFound(`trust domain ${trustDomain.slice(0, 80)} that anything was decided about`)
  const software = await readDomains()
  return { ...domainRow(trustDomain, rows, now), software: software(trustDomain) }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function domainRow(trustDomain: string, rows: readonly Row[], now: Date): Omit<TrustDomainRow, 'software'> {
  const [bundle] = trustBundlesOf(rows.map(decisionOf))
  const roots = bundle === undefined ? [] : rootRows(bundle, now.getTime())
  return { trustDomain, roots, decisions: rows.toReversed().map(decisionRow) }
}

function decisionRow(row: Row): TrustDomainRow['decisions'][number] {
  const decision = decisionOf(row)
  return {
    id: String(row.id),
    kind: decision.kind,
    at: row.at.toISOString(),
    roots: 'roots' in decision ? decision.roots.map(({ sha256 }) => sha256) : [decision.root],
    sequence: row.sequence,
    reason: row.reason,
    source: row.source,
    decidedAt: row.decidedAt.toISOString(),
    by: row.actorName,
  }
}

/** In force first, then those that ended last. */
function rootRows(bundle: TrustBundle, now: number): TrustedRootRow[] {
  const inForce = rootsInForce(bundle, now)
  const rows = [...Map.groupBy(bundle.roots, ({ certificate }) => certificate.sha256)].flatMap(([sha256, spans]) => {
    const [first] = spans
    return first === undefined ? [] : [rootRow(first, spans, inForce.has(sha256), now)]
  })
  return rows.sort((a, b) => Number(isOver(a.state)) - Number(isOver(b.state)) || (a.notAfter < b.notAfter ? 1 : -1))
}

const isOver = (state: RootState): boolean => state !== 'in-force' && state !== 'expiring'

function rootRow(
  { certificate, taintedAt }: TrustedRoot,
  spans: readonly TrustedRoot[],
  inForce: boolean,
  now: number,
): TrustedRootRow {
  const iso = (time: number) => new Date(time).toISOString()
  const [notBefore, notAfter] = [certificate.notBefore.getTime(), certificate.notAfter.getTime()]
  const listed = spans.some(({ from, until }) => from <= now && (until === null || now < until))
  return {
    sha256: certificate.sha256,
    subject: certificate.subject,
    pem: certificate.pem,
    notBefore: iso(notBefore),
    notAfter: iso(notAfter),
    spans: spans.map(({ from, until }) => ({ from: iso(from), until: until === null ? null : iso(until) })),
    taintedAt: taintedAt === null ? null : iso(taintedAt),
    state: inForce
      ? notAfter - now <= Math.min(SOON_MS, (notAfter - notBefore) / 3)
        ? 'expiring'
        : 'in-force'
      : taintedAt !== null && taintedAt <= now
        ? 'compromised'
        : !listed
          ? 'ended'
          : now < notBefore
            ? 'not-yet'
            : 'expired',
  }
}
