import type { AskedSource } from '#lib/contract/sources.ts'
import { type Connector, type Entry, SourceError } from '#lib/sources/connector.ts'
import type { WrittenDigest } from '../../artifacts/parse-digest.ts'
import { ASK } from '../limits.ts'
import type { AskableSource } from './ask-sources.ts'

/** What a source says that it has about a digest, or why it says nothing. */
export interface Listed extends Pick<AskedSource, 'outcome' | 'code' | 'message'> {
  readonly entries: readonly Entry[]
}

const none: readonly Entry[] = []

/**
 * Asks one source. Nothing that it does ends in an exception: the others are asked all the same.
 * @param timeMs after which it is given up, whether it listens to that or not
 */
export async function listFound(
  source: AskableSource,
  asked: WrittenDigest,
  open: () => Connector,
  timeMs: number,
): Promise<Listed> {
  const { name, pausedAt } = source
  if (pausedAt !== null)
    return { outcome: 'paused', code: null, message: `${name} is paused. Resume it to ask it.`, entries: none }
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stop.abort()
      reject(new SourceError('TIMEOUT', `${name} did not answer within ${timeMs / 1_000} seconds. Ask again later.`))
    }, timeMs)
  })
  try {
    const connector = open()
    if (!connector.capabilities.byDigest) return cannot(source)
    const found = await Promise.race([everyName(connector, asked, stop.signal), late])
    return { outcome: 'asked', code: null, ...atMost(name, found) }
  } catch (error) {
    const { code, message } = error instanceof SourceError ? error : internal(error)
    return { outcome: 'failed', code, message, entries: none }
  } finally {
    clearTimeout(timer)
  }
}

/** Git's commits are named by `gitCommit` in statements, and by `sha1` in what Witness writes. */
async function everyName(connector: Connector, { algo, digest }: WrittenDigest, signal: AbortSignal): Promise<Entry[]> {
  const found = new Map<string, Entry>()
  for (const name of algo === 'gitCommit' ? [algo, 'sha1'] : [algo])
    for (const entry of await connector.byDigest(name, digest, { batchEntries: ASK.entries, signal }))
      found.set(entry.key, entry)
  return [...found.values()]
}

function atMost(name: string, found: readonly Entry[]): { message: string | null; entries: readonly Entry[] } {
  if (found.length <= ASK.entries) return { message: null, entries: found }
  const message =
    `${name} has ${found.length} pieces of evidence about this digest. The first ${ASK.entries} are brought in now; the ` +
    'others come in as the source is followed.'
  return { message, entries: found.slice(0, ASK.entries) }
}

function cannot({ name, settings }: AskableSource): Listed {
  const what = settings.kind === 'directory' ? 'a folder' : 'a source of this kind'
  const message = `${name} is ${what}, which cannot be asked about one digest: it is read as a whole. Sync it to look again.`
  return { outcome: 'cannot', code: null, message, entries: none }
}

function internal(error: unknown): { code: string; message: string } {
  console.error('a source cannot be asked:', error)
  const message = 'Waybill failed to ask this source. Nothing came in; the log of the server says more.'
  return { code: 'INTERNAL', message }
}
