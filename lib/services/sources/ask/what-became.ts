import { type AskedSource, type EntryState, entryStateSchema } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import { hex } from '../../imports/store/envelopes.ts'
import { ASK } from '../limits.ts'
import type { Noted } from './note-asked.ts'

type Became = Pick<AskedSource, 'found' | 'fresh' | 'known' | 'waiting' | 'outside' | 'entries'>
type Group = 'outside' | 'fresh' | 'waiting' | 'known'

/** Whether the worker has still to look at some of it; what failed and is tried again later is not waited for. */
export async function isComing(sourceId: string, noted: Noted): Promise<boolean> {
  const where = { sourceId, key: { in: [...noted.keys()] }, state: 'waiting', retryAt: null }
  return (await db.sourceEntry.findFirst({ where, select: { key: true } })) !== null
}

/** What became of what a source named. */
export async function becameOf(sourceId: string, noted: Noted | null): Promise<Became> {
  const rows =
    noted === null
      ? []
      : await db.sourceEntry.findMany({
          where: { sourceId, key: { in: [...noted.keys()] } },
          include: { envelope: { select: { sha256: true } } },
          orderBy: { key: 'asc' },
        })
  const all = rows.map(({ key, path, state: written, message, envelope }) => {
    const state = entryStateSchema.parse(written)
    const group = groupOf(noted?.get(key) ?? null, state)
    return { group, path, state, message, envelope: envelope === null ? null : hex(envelope.sha256) }
  })
  const count = (group: Group) => all.filter((one) => one.group === group).length
  return {
    found: all.length,
    fresh: count('fresh'),
    known: count('known'),
    waiting: count('waiting'),
    outside: count('outside'),
    entries: order
      .flatMap((group) => all.filter((one) => one.group === group))
      .slice(0, ASK.shown)
      .map(({ group, ...entry }) => ({ ...entry, fresh: group === 'fresh' })),
  }
}

/** What needs a look comes first. */
const order: readonly Group[] = ['outside', 'fresh', 'waiting', 'known']

function groupOf(before: EntryState | null, now: EntryState): Group {
  if (now === 'waiting') return 'waiting'
  if (now === 'taken') return before === 'taken' ? 'known' : 'fresh'
  return now === 'known' ? 'known' : 'outside'
}
