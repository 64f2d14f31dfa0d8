import { sourceSettingsSchema } from '#lib/contract/sources.ts'
import { inTransaction, pool } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { openSource } from '../open-source.ts'
import { active } from './claim-source.ts'
import { syncKey } from './sync-source.ts'

/** How often the list of sources is looked at, and how long after a change its sync begins: more may follow. */
const listMs = 15_000
const gatherMs = 400

/**
 * Watches the sources that can tell when something may have come, and asks for their sync. What watching misses is found
 * by polling. Returns how to stop.
 */
export function watchSources(): () => void {
  const watched = new Map<string, AbortController>()
  const look = async (): Promise<void> => {
    const { rows } = await pool.query<{ id: string; settings: unknown }>(
      `SELECT "id", "settings" FROM "Source" WHERE ${active} AND "kind" = 'directory'`,
    )
    // another folder is another watch
    const wanted = new Map(rows.map(({ id, settings }) => [`${id} ${JSON.stringify(settings)}`, { id, settings }]))
    for (const [key, stop] of watched) if (!wanted.has(key)) unwatch(watched, key, stop)
    for (const [key, { id, settings }] of wanted) if (!watched.has(key)) watched.set(key, watchOne(id, settings))
  }
  const timer = setInterval(() => void look().catch(() => undefined), listMs)
  void look().catch(() => undefined)
  return () => {
    clearInterval(timer)
    for (const [key, stop] of watched) unwatch(watched, key, stop)
  }
}

function unwatch(watched: Map<string, AbortController>, key: string, stop: AbortController): void {
  stop.abort()
  watched.delete(key)
}

function watchOne(id: string, settings: unknown): AbortController {
  const stop = new AbortController()
  let gathering: NodeJS.Timeout | undefined
  const changed = (): void => {
    if (gathering !== undefined) return
    gathering = setTimeout(() => {
      gathering = undefined
      if (!stop.signal.aborted) void ask(id).catch(() => undefined)
    }, gatherMs)
  }
  const parsed = sourceSettingsSchema.safeParse(settings)
  if (parsed.success) openSource(parsed.data).watch?.(changed, stop.signal)
  return stop
}

function ask(sourceId: string): Promise<void> {
  return inTransaction((tx) => enqueue(tx, 'sync-source', { sourceId }, { dedupeKey: syncKey(sourceId) }))
}
