import type { Posture } from '#lib/contract/posture.ts'
import { db } from '#lib/db/client.ts'
import { rootsInForce, type TrustBundle } from '#lib/in-toto/index.ts'
import { loadTrust } from '../trust/load.ts'

const AHEAD_DAYS = 90
const SHOWN = 20
const DAY = 86_400_000

/** What ends next, and what stops working then: layouts in force, also those that ended, certificates, tokens. */
export async function expiring(now: Date): Promise<Posture['expiring']> {
  const until = new Date(now.getTime() + AHEAD_DAYS * DAY)
  const [bindings, tokens, certificates, trust] = await Promise.all([
    db.binding.findMany({
      where: { until: null, version: { expires: { lte: until } } },
      include: { version: true, software: { select: { slug: true, name: true } } },
      orderBy: { version: { expires: 'asc' } },
      take: SHOWN,
    }),
    db.apiToken.findMany({
      where: { revokedAt: null, expiresAt: { gt: now, lte: until } },
      orderBy: { expiresAt: 'asc' },
      take: SHOWN,
    }),
    db.certificate.findMany({
      where: { notAfter: { gt: now, lte: until } },
      orderBy: { notAfter: 'asc' },
      take: SHOWN,
    }),
    loadTrust(),
  ])
  const rows: Posture['expiring'] = [
    ...bindings.map(({ version, software }) => ({
      kind: 'layout' as const,
      name: `${version.name}, ${software.name}`,
      href: `/software/${software.slug}`,
      ...when(version.expires, now),
      consequence: `Every build of ${software.name} is blocked from then on`,
    })),
    ...certificates.map(({ name, subject, notAfter }) => ({
      kind: 'certificate' as const,
      name: name === '' ? subject : name,
      href: '/identities',
      ...when(notAfter, now),
      consequence: 'What it signs from then on does not count',
    })),
    ...tokens.map(({ name, expiresAt }) => ({
      kind: 'token' as const,
      name,
      href: '/settings',
      ...when(expiresAt, now),
      consequence: 'Clients that use it can no longer bring in evidence',
    })),
    ...trust.bundles.flatMap((bundle) => lastRoot(bundle, now, until)),
  ]
  return rows.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(0, SHOWN)
}

/** A trust domain of which no root is left soon; that one root of several ends is how they rotate. */
function lastRoot(bundle: TrustBundle, now: Date, until: Date): Posture['expiring'] {
  const inForce = rootsInForce(bundle, now.getTime())
  const ends = bundle.roots.flatMap(({ certificate }) =>
    inForce.has(certificate.sha256) ? [certificate.notAfter.getTime()] : [],
  )
  const last = new Date(Math.max(...ends))
  if (ends.length === 0 || last > until) return []
  const { trustDomain } = bundle
  const consequence = 'Nothing that its workloads sign from then on counts, unless another root is put in force'
  return [{ kind: 'trust domain', name: trustDomain, href: '/settings?tab=trust', ...when(last, now), consequence }]
}

/** Whole days to the end, or since it as a negative number; what ended within the last day ended one day ago. */
function when(at: Date, now: Date): { at: string; days: number } {
  return { at: at.toISOString(), days: wholeDays(at.getTime() - now.getTime()) }
}

function wholeDays(left: number): number {
  return left >= 0 ? Math.floor(left / DAY) : Math.min(-1, Math.ceil(left / DAY))
}
