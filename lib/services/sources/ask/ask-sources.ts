import { setTimeout as sleep } from 'node:timers/promises'
import type { RateLimiterPostgres } from 'rate-limiter-flexible'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { limiter, spend } from '#lib/auth/rate-limit.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { type AskAnswer, type AskedSource, type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import type { Connector } from '#lib/sources/connector.ts'
import { parseDigest, type WrittenDigest } from '../../artifacts/parse-digest.ts'
import { recordAudit } from '../../audit/record.ts'
import { ASK } from '../limits.ts'
import { openSource } from '../open-source.ts'
import { type Listed, listFound } from './list-found.ts'
import { type Noted, noteAsked } from './note-asked.ts'
import { becameOf, isComing } from './what-became.ts'

export interface AskOptions {
  readonly open?: (source: AskableSource) => Connector
  readonly listMs?: number
  readonly bringMs?: number
}

/** A source that may be asked. */
export interface AskableSource {
  readonly id: string
  readonly name: string
  readonly settings: SourceSettings
  readonly pausedAt: Date | null
}

/**
 * Asks every connected source that can be asked by digest what it has about one, and brings that in. What is found is
 * written down as if the source had listed it, and the worker brings it in as it does with everything that is followed:
 * who vouches for it and which delivery it belongs to is decided there, and that somebody asked makes no difference.
 * @param written `sha256:<hex>` and the like, or the hex alone
 * @throws AppError BAD_REQUEST, FORBIDDEN, RATE_LIMITED; a source that does not answer is part of the answer
 */
export async function askSources(actor: Actor, written: string, options: AskOptions = {}): Promise<AskAnswer> {
  requireRight(actor, 'source:ask')
  const asked = parseDigest(written)
  await countQuestion(actor)
  const sources = await connected()
  await noteQuestion(actor, asked, sources)
  const noted = await Promise.all(sources.map((source) => askOne(source, asked, options)))
  await untilIn(noted, options.bringMs ?? ASK.bringMs)
  return { ...asked, sources: await Promise.all(noted.map(reported)) }
}

interface Asked {
  readonly source: AskableSource
  readonly listed: Listed
  readonly noted: Noted | null
}

async function askOne(source: AskableSource, digest: WrittenDigest, options: AskOptions): Promise<Asked> {
  const open = options.open ?? (({ settings, id }) => openSource(settings, id))
  const listed = await listFound(source, digest, () => open(source), options.listMs ?? ASK.listMs)
  if (listed.entries.length === 0) return { source, listed, noted: null }
  const noted = await noteAsked(source, listed.entries, new Date())
  if (noted !== null) return { source, listed, noted }
  const message = `${source.name} was changed, paused or removed while it was asked. Nothing of its answer came in. Ask again.`
  return { source, listed: { outcome: 'failed', code: 'CHANGED', message, entries: [] }, noted: null }
}

async function reported({ source: { id, name, settings }, listed, noted }: Asked): Promise<AskedSource> {
  const { outcome, code, message } = listed
  const became = await becameOf(id, noted)
  return { id, name, kind: settings.kind, outcome, code, message, ...became }
}

const pollMs = 250

/** Waits until the worker has been at all that was found; what takes longer is said to be coming. */
async function untilIn(asked: readonly Asked[], most: number): Promise<void> {
  const until = performance.now() + most
  for (const { source, noted } of asked) {
    if (noted === null) continue
    while ((await isComing(source.id, noted)) && performance.now() < until) await sleep(pollMs)
  }
}

async function connected(): Promise<AskableSource[]> {
  const rows = await db.source.findMany({ where: { removedAt: null }, orderBy: { name: 'asc' } })
  return rows.map(({ id, name, settings, pausedAt }) => ({
    id,
    name,
    settings: sourceSettingsSchema.parse(settings),
    pausedAt,
  }))
}

/** That somebody made the server reach out is written down before it does. */
async function noteQuestion(
  actor: Actor,
  { algo, digest }: WrittenDigest,
  sources: readonly AskableSource[],
): Promise<void> {
  const detail = { sources: sources.length, some: sources.slice(0, 20).map(({ name }) => name) }
  await inTransaction((tx) =>
    recordAudit(tx, actor, { act: 'source.ask', objectType: 'artifact', objectId: `${algo}:${digest}`, detail }),
  )
}

let made: { person: RateLimiterPostgres; all: RateLimiterPostgres } | undefined

async function countQuestion(actor: Actor): Promise<void> {
  made ??= {
    person: limiter('ask-sources', ASK.perMinute.person, 60),
    all: limiter('ask-sources-all', ASK.perMinute.all, 60),
  }
  await spend(made.person, actorRef(actor), 'to ask the sources')
  await spend(made.all, 'all', 'of all people to ask the sources')
}
