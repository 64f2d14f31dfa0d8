import { db, type Tx } from '#lib/db/client.ts'
import type { TrustDecision as Row } from '#lib/generated/prisma/client.ts'
import {
  type Functionary,
  type RevokedKey,
  type TrustBundle,
  type TrustDecision,
  trustBundlesOf,
} from '#lib/in-toto/index.ts'
import { readRoots } from './read-roots.ts'

/** Whose roots speak for which trust domain, over time, which signers are one, and whose keys are revoked. */
export interface Trust {
  readonly bundles: readonly TrustBundle[]
  /** changes with every decision; empty where nothing was decided */
  readonly mark: string
  /** who counts once for a threshold */
  readonly functionaries: readonly Functionary[]
  /** keys that count for nothing from a moment on */
  readonly revokedKeys: readonly RevokedKey[]
  /** changes with every declaration and revocation; empty where there is none */
  readonly declared: string
}

/** Decisions never change, so each is read once. */
const read = new Map<bigint, TrustDecision>()

/** Everything that was decided and declared. */
export async function loadTrust(from: Pick<Tx, 'trustDecision' | 'functionary' | 'revokedKey'> = db): Promise<Trust> {
  const rows = await decisionRows(from)
  const declared = await from.functionary.findMany({ orderBy: { id: 'asc' }, include: { keys: true } })
  const revoked = await from.revokedKey.findMany({ orderBy: { id: 'asc' } })
  const last = rows.at(-1)
  return {
    bundles: trustBundlesOf(rows.map(decisionOf)),
    mark: last === undefined ? '' : `${rows.length} ${last.id}`,
    functionaries: declared.map(({ name, spiffeIds, keys }) => ({
      name,
      spiffeIds,
      keys: keys.map(({ fingerprint }) => Buffer.from(fingerprint).toString('hex')),
    })),
    revokedKeys: revoked.map(({ fingerprint, at }) => ({
      keys: [Buffer.from(fingerprint).toString('hex')],
      at: at.getTime(),
    })),
    // neither ever changes; they come and go
    declared: [...declared, ...revoked].map(({ id }) => id).join(' '),
  }
}

/** In the order in which they were made. */
export function decisionRows(from: Pick<Tx, 'trustDecision'>, where: { trustDomain?: string } = {}): Promise<Row[]> {
  return from.trustDecision.findMany({ where, orderBy: { id: 'asc' } })
}

/** A stored decision as the engine takes it. @throws FormatError where stored bytes are not what they were */
export function decisionOf(row: Row): TrustDecision {
  const known = read.get(row.id)
  if (known !== undefined) return known
  const decision = parsed(row)
  read.set(row.id, decision)
  return decision
}

function parsed({ id, trustDomain, kind, at, content, root }: Row): TrustDecision {
  const base = { trustDomain, at: at.getTime() }
  switch (kind) {
    case 'bundle':
    case 'roots':
      return { ...base, kind, roots: readRoots(content ?? new Uint8Array()).roots }
    case 'end':
    case 'compromised':
    case 'restore':
      return { ...base, kind, root: Buffer.from(root ?? []).toString('hex') }
    default:
      throw new Error(`decision ${id} about trust is of an unknown kind`)
  }
}
