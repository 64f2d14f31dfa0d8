import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { addTrustSchema, TrustDomainRow } from '#lib/contract/trust.ts'
import { FormatError, utf8, type X509 } from '#lib/crypto/index.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import type { TrustDecision as Row } from '#lib/generated/prisma/client.ts'
import { rootsInForce, type TrustBundle, trustBundlesOf } from '#lib/in-toto/index.ts'
import { decide, lockTrust } from './decide.ts'
import { getTrustDomain } from './list.ts'
import { decisionOf, decisionRows } from './load.ts'
import { type GivenRoots, readRoots, rootFault } from './read-roots.ts'

type Input = z.output<typeof addTrustSchema>

/**
 * Says whose roots speak for a trust domain from a time on. Administrators only, as with layout-owner keys: whoever can
 * add a root can make evidence verify, so nothing that came with evidence does it by itself. Roots that would end
 * because a bundle leaves them out must be named.
 */
export async function addTrust(actor: Actor, input: Input, now = new Date()): Promise<TrustDomainRow> {
  requireRight(actor, 'trust:set')
  const { trustDomain, reason } = input
  await inTransaction(async (tx) => {
    await lockTrust(tx)
    const { bytes, source } = await contentOf(tx, actor, input)
    const given = readGiven(bytes, trustDomain)
    const at = input.from === undefined ? now : new Date(input.from)
    const rows = await decisionRows(tx)
    checkSequence(rows, trustDomain, given, at)
    checkForeign(rows, trustDomain, given.roots)
    const ends = endingRoots(rows, trustDomain, given, at, now)
    checkEnding(ends, input.ending, trustDomain)
    const said = {
      trustDomain,
      kind: given.kind,
      at,
      reason,
      source,
      content: Uint8Array.from(bytes),
      sequence: given.sequence === null ? null : String(given.sequence),
    }
    const roots = given.roots.map(({ sha256 }) => sha256)
    await decide(tx, actor, said, { roots, ends: ends.map(({ sha256 }) => sha256) }, now)
  })
  return getTrustDomain(actor, trustDomain, now)
}

async function contentOf(tx: Tx, actor: Actor, { content }: Input): Promise<{ bytes: Uint8Array; source: string }> {
  const by = actor.kind === 'local' ? 'command line' : 'page'
  if ('text' in content) {
    return { bytes: utf8(content.text), source: content.name === '' ? by : `${by}, ${content.name}` }
  }
  const sha256 = Uint8Array.from(Buffer.from(content.offered, 'hex'))
  const found = await tx.spiffeBundle.findUnique({ where: { sha256 } })
  if (found === null) throw notFound(`SPIFFE bundle ${content.offered.slice(0, 12)} that was brought in`)
  return { bytes: found.bytes, source: `brought in by ${found.broughtBy}, ${found.name}` }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('BAD_REQUEST', message, { fields: [{ path: 'content', message }], cause })
}

function readGiven(bytes: Uint8Array, trustDomain: string): GivenRoots {
  const given = read(bytes)
  if (given.kind === 'roots' && given.roots.length === 0)
    throw refused('Expected at least one certificate, found none.')
  for (const root of given.roots) {
    const fault = rootFault(root, trustDomain)
    if (fault !== null) throw refused(`The certificate "${root.subject}" cannot be a root of ${trustDomain}: ${fault}.`)
  }
  return given
}

function read(bytes: Uint8Array): GivenRoots {
  try {
    return readRoots(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const where = error.place === '' || error.message.includes(error.place) ? '' : ` (${error.place})`
    if (error.code === 'PRIVATE_KEY') throw refused(error.message, error)
    throw refused(`Expected a SPIFFE bundle (JSON) or certificates in PEM: ${error.message}${where}`, error)
  }
}

/** `spiffe_sequence` grows with every change of a bundle (4.1.1): in the order of time it must, too. */
function checkSequence(rows: readonly Row[], trustDomain: string, { sequence }: GivenRoots, at: Date): void {
  if (sequence === null) return
  for (const row of rows) {
    if (row.trustDomain !== trustDomain || row.sequence === null) continue
    const other = BigInt(row.sequence)
    const wrong = row.at <= at ? other > sequence : other < sequence
    if (!wrong) continue
    throw new AppError(
      'CONFLICT',
      `This bundle has the sequence number ${sequence}, the one in force since ${row.at.toISOString()} has ${other}: by their numbers the order of the two is the other one. Give the time since when this one was in force, or use the newer bundle.`,
    )
  }
}

/** Bundles of different domains must not be merged (SPIFFE_Federation.md 4.2). */
function checkForeign(rows: readonly Row[], trustDomain: string, roots: readonly X509[]): void {
  for (const row of rows) {
    const decision = decisionOf(row)
    if (decision.trustDomain === trustDomain || !('roots' in decision)) continue
    const shared = decision.roots.find((other) => roots.some((root) => sameKey(root, other)))
    if (shared === undefined) continue
    throw new AppError(
      'CONFLICT',
      `The root "${shared.subject}" speaks for the trust domain ${decision.trustDomain}. One key cannot speak for two domains: workloads of one could pass for those of the other.`,
    )
  }
}

function sameKey(a: X509, b: X509): boolean {
  return Buffer.from(a.spki).equals(Buffer.from(b.spki))
}

/** Roots that are in force and would not be any more. */
function endingRoots(
  rows: readonly Row[],
  trustDomain: string,
  { kind, roots }: GivenRoots,
  at: Date,
  now: Date,
): X509[] {
  const before = rows.map(decisionOf).filter((one) => one.trustDomain === trustDomain)
  const after = [...before, { trustDomain, kind, roots, at: at.getTime() }]
  const inForce = (bundle: TrustBundle | undefined) =>
    bundle === undefined ? new Set<string>() : rootsInForce(bundle, now.getTime())
  const [bundle] = trustBundlesOf(before)
  const still = inForce(trustBundlesOf(after)[0])
  const ending = [...inForce(bundle)].filter((sha256) => !still.has(sha256))
  const certificates = new Map(bundle?.roots.map(({ certificate }) => [certificate.sha256, certificate]))
  return ending.flatMap((sha256) => certificates.get(sha256) ?? [])
}

function checkEnding(ends: readonly X509[], named: readonly string[], trustDomain: string): void {
  const unnamed = ends.filter(({ sha256 }) => !named.includes(sha256))
  if (unnamed.length === 0) return
  const list = unnamed.map(({ subject, sha256 }) => `"${subject}" (${sha256.slice(0, 12)})`).join(', ')
  throw new AppError(
    'CONFLICT',
    `A bundle is the whole of its trust domain, and this one leaves out ${unnamed.length === 1 ? 'a root' : 'roots'} of ${trustDomain} that ${unnamed.length === 1 ? 'is' : 'are'} in force: ${list}. What ${unnamed.length === 1 ? 'it certifies' : 'they certify'} would count no more. Say that this is meant, or give roots in PEM to add them to what is there.`,
    {
      extra: { ending: unnamed.map(({ sha256, subject }) => ({ sha256, subject })) },
    },
  )
}
