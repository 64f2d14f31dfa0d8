import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { RemovedDemo } from '#lib/contract/demo.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { recordAudit } from '../audit/record.ts'
import { lockOutWriters } from '../imports/store/lock-out-writers.ts'
import { keepWhatIsNotDemo } from './keep-what-is-not-demo.ts'
import { oneAtATime } from './one-at-a-time.ts'

/**
 * Removes what only the demo brought: its software with builds and verdicts, its imports, and every envelope, key and
 * digest that nobody else brought or uses. The audit log keeps what the demo did, and that it was removed.
 */
export async function removeDemo(actor: Actor): Promise<RemovedDemo> {
  requireRight(actor, 'demo:manage')
  return oneAtATime(() =>
    inTransaction(async (tx) => {
      const removed = await removeDemoRows(tx)
      await recordAudit(tx, actor, { act: 'demo.remove', objectType: 'demo', objectId: 'demo', detail: removed })
      return removed
    }),
  )
}

/** The rows alone, without rights and audit: also clears away a loading that was cut off. */
export async function removeDemoRows(tx: Tx): Promise<RemovedDemo> {
  await lockOutWriters(tx)
  await keepWhatIsNotDemo(tx)
  // children first: some keys between them refuse or only empty the other side
  const ofDemo = { software: { demo: true } }
  const builds = await tx.build.deleteMany({ where: ofDemo })
  await tx.binding.deleteMany({ where: ofDemo })
  await tx.layoutVersion.deleteMany({ where: { OR: [ofDemo, { demo: true, bindings: { none: {} } }] } })
  await tx.layoutDraft.deleteMany({ where: { OR: [ofDemo, { demo: true }] } })
  await forgetProgress(tx)
  const software = await tx.software.deleteMany({ where: { demo: true } })
  await tx.delivery.deleteMany({ where: { demo: true } })
  const imports = await tx.import.deleteMany({ where: { demo: true } })
  const envelopes = await removeEnvelopes(tx)
  await tx.verification.updateMany({
    where: { declared: { demo: true } },
    data: { verifierRef: null, signer: 'other-key' },
  })
  await tx.verifier.deleteMany({ where: { demo: true } })
  const unused = {
    owners: { none: {} },
    signatures: { none: {} },
    verifiers: { none: {} },
    functionaries: { none: {} },
    revocations: { none: {} },
  }
  const keys = await tx.publicKey.deleteMany({ where: { demo: true, ...unused } })
  await tx.certificate.deleteMany({ where: { demo: true } })
  // what somebody uses by now is his, not the demo's
  await tx.publicKey.updateMany({ where: { demo: true }, data: { demo: false } })
  await tx.envelope.updateMany({ where: { demo: true }, data: { demo: false } })
  await tx.setting.deleteMany({ where: { key: 'demo' } })
  return {
    software: software.count,
    builds: builds.count,
    imports: imports.count,
    envelopes,
    keys: keys.count,
  }
}

/** How far judging had come, which is kept by the software's id. */
async function forgetProgress(tx: Tx): Promise<void> {
  const ids = await tx.software.findMany({ where: { demo: true }, select: { id: true } })
  await tx.setting.deleteMany({ where: { key: { in: ids.map(({ id }) => `judged:${id}`) } } })
}

/** Envelopes that only the demo brought and nothing refers to, then digests and names that nothing has any more. */
async function removeEnvelopes(tx: Tx): Promise<number> {
  const where = { demo: true, sightings: { none: {} }, bindings: { none: {} }, versions: { none: {} } }
  const gone = await tx.envelope.findMany({ where, select: { id: true } })
  const ids = gone.map(({ id }) => id)
  const edges = await tx.$queryRaw<{ artifactId: bigint; nameId: bigint }[]>`
    SELECT DISTINCT "artifactId", "nameId" FROM "Edge" WHERE "envelopeId" = ANY(${ids}::bigint[])`
  const { count } = await tx.envelope.deleteMany({ where: { id: { in: ids } } })
  const artifacts = [...new Set(edges.map(({ artifactId }) => artifactId))]
  const names = [...new Set(edges.map(({ nameId }) => nameId))]
  await tx.$executeRaw`
    DELETE FROM "Artifact" a WHERE a."id" = ANY(${artifacts}::bigint[])
      AND NOT EXISTS (SELECT FROM "Edge" e WHERE e."artifactId" = a."id")`
  await tx.$executeRaw`
    DELETE FROM "Name" WHERE "id" = ANY(${names}::bigint[])
      AND "id" <> ALL (ARRAY(SELECT DISTINCT "nameId" FROM "Edge" WHERE "nameId" = ANY(${names}::bigint[])))`
  return count
}
