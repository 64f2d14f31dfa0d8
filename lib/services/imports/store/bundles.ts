import { type SpiffeBundle, trustDomainsOf } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { bytesOf, hex } from './envelopes.ts'
import { storedText } from './stored-text.ts'

export interface NewBundle {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly bundle: SpiffeBundle
  readonly name: string
  readonly by: string
}

/**
 * Keeps SPIFFE bundles as they came, for an administrator to put in force. They carry no trust. Answers the digests that
 * were not known before.
 */
export async function storeBundles(tx: Tx, bundles: readonly NewBundle[], at: Date): Promise<Set<string>> {
  const rows = [...new Map(bundles.map((one) => [one.sha256, one])).values()].sort((a, b) =>
    a.sha256 < b.sha256 ? -1 : 1,
  )
  if (rows.length === 0) return new Set()
  const stored = await tx.spiffeBundle.createManyAndReturn({
    data: rows.map(({ sha256, bytes, bundle, name, by }) => ({
      sha256: bytesOf(sha256),
      bytes: Uint8Array.from(bytes),
      sequence: bundle.sequence === null ? null : storedText(String(bundle.sequence), 200),
      roots: bundle.roots.length,
      trustDomains: domainsOf(bundle),
      name: storedText(name),
      firstSeenAt: at,
      broughtBy: storedText(by),
    })),
    skipDuplicates: true,
    select: { sha256: true },
  })
  return new Set(stored.map(({ sha256 }) => hex(sha256)))
}

/** What its roots say of themselves; the bundle itself names no domain. */
function domainsOf({ roots }: SpiffeBundle): string[] {
  const named = roots.flatMap((root) => trustDomainsOf(root) ?? []).filter((name) => name !== '')
  return [...new Set(named)].sort()
}
