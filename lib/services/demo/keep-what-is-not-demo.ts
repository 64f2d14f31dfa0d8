import type { Tx } from '#lib/db/client.ts'

/**
 * People use the demo's software as if it were theirs: they push evidence for it, draw layouts, make tokens. All that
 * would go with the software's row. It is let go first, and stays.
 */
export async function keepWhatIsNotDemo(tx: Tx): Promise<void> {
  const own = { demo: false, software: { demo: true } }
  await tx.delivery.updateMany({ where: own, data: { softwareId: null } })
  await tx.layoutDraft.updateMany({ where: own, data: { softwareId: null } })
  await tx.layoutVersion.updateMany({ where: own, data: { softwareId: null } })
  await tx.apiToken.updateMany({
    where: { software: { demo: true } },
    data: { revokedAt: new Date(), softwareId: null },
  })
  // a demo layout that was put in force for other software, or signed by somebody else's key, is in use
  await tx.layoutVersion.updateMany({
    where: { demo: true, bindings: { some: { software: { demo: false } } } },
    data: { demo: false, softwareId: null },
  })
}
