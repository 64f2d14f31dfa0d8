import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ProbeAnswer, SourceSettings } from '#lib/contract/sources.ts'
import { inTransaction } from '#lib/db/client.ts'
import { type Probe, SourceError } from '#lib/sources/connector.ts'
import { recordAudit } from '../audit/record.ts'
import { findSource } from './find-source.ts'
import { openSource } from './open-source.ts'

/** A person waits for the answer. */
const testMs = 15_000

/**
 * Tries a connection that may not have been added yet: what was reached, or a sentence why not. That somebody made the
 * server reach out is written down.
 */
export async function testSource(actor: Actor, settings: SourceSettings): Promise<ProbeAnswer> {
  requireRight(actor, 'source:manage')
  const probe = await probeOf(settings)
  await inTransaction((tx) =>
    recordAudit(tx, actor, {
      act: 'source.test',
      objectType: 'source',
      objectId: settings.kind,
      detail: { settings, reached: probe.reached, ...(probe.reached ? {} : { code: probe.code }) },
    }),
  )
  return probe.reached ? { ...probe, notes: [...probe.notes] } : { ...probe }
}

/** The same for one that was added. */
export async function testAddedSource(actor: Actor, id: string): Promise<ProbeAnswer> {
  requireRight(actor, 'source:manage')
  return testSource(actor, (await findSource(id)).settings)
}

async function probeOf(settings: SourceSettings): Promise<Probe> {
  const begun = performance.now()
  const stop = AbortSignal.timeout(testMs)
  try {
    return await openSource(settings).probe(stop)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const latencyMs = Math.round(performance.now() - begun)
    return { reached: false, code: error.code, message: error.message, latencyMs }
  }
}
