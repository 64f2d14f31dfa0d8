import { watch } from 'node:fs'
import { type DirectorySettings, directorySettingsSchema } from '#lib/contract/sources.ts'
import {
  type Batch,
  type Connector,
  type ConnectorKind,
  type Cursor,
  type Entry,
  type PassLimits,
  type Ports,
  type Probe,
  type Skipped,
  SourceError,
} from '../connector.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { type FileFacts, plainFacts, readWhole, withFile } from './read-file.ts'
import { rootOf } from './root.ts'
import { looksUnfinished } from './unfinished.ts'
import { walk } from './walk.ts'

/**
 * A folder of metadata as in-toto writes it: `STEP.KEYID8.link`, layouts, inner links in `STEP.KEYID8/`, intermediate
 * certificates and keys beside them, also in folders per run. A file's name within the folder is its key.
 */
export const directoryKind: ConnectorKind<DirectorySettings> = {
  kind: 'directory',
  settings: directorySettingsSchema,
  open: (settings, ports) => new Directory(settings, ports),
}

class Directory implements Connector {
  readonly capabilities = { follows: 'sweep', byDigest: false, vanishes: true, metadataOnly: false } as const
  private readonly settings: DirectorySettings
  private readonly ports: Ports

  constructor(settings: DirectorySettings, ports: Ports) {
    this.settings = settings
    this.ports = ports
  }

  async probe(signal: AbortSignal): Promise<Probe> {
    const begun = this.ports.now().getTime()
    const latencyMs = (): number => Math.max(0, this.ports.now().getTime() - begun)
    try {
      const root = await this.root()
      let count = 0
      for await (const found of walk(root, null, signal)) {
        if ('key' in found) count++
        if (count >= DIRECTORY_LIMITS.counted) break
      }
      const entries = { count, exact: count < DIRECTORY_LIMITS.counted }
      return { reached: true, what: 'folder', version: null, entries, latencyMs: latencyMs(), notes: this.notes() }
    } catch (error) {
      const { code, message } = asSourceError(error)
      return { reached: false, code, message, latencyMs: latencyMs() }
    }
  }

  async *since(cursor: Cursor, { batchEntries, signal }: PassLimits): AsyncGenerator<Batch> {
    try {
      const root = await this.root()
      let entries: Entry[] = []
      let skipped: Skipped[] = []
      let last = placeOf(cursor)
      let lookAgainMs: number | undefined
      for await (const found of walk(root, last, signal)) {
        const one = 'key' in found ? await this.entryOf(root, found) : found
        if ('skipped' in one) skipped.push(one.skipped)
        else if ('entry' in one) entries.push(one.entry)
        if ('again' in one && one.again !== undefined) lookAgainMs = Math.min(lookAgainMs ?? one.again, one.again)
        if ('key' in found) last = found.key
        if (entries.length + skipped.length < batchEntries) continue
        yield { entries, skipped, cursor: { after: last }, caughtUp: false }
        entries = []
        skipped = []
      }
      yield { entries, skipped, cursor: null, caughtUp: true, ...(lookAgainMs === undefined ? {} : { lookAgainMs }) }
    } catch (error) {
      throw asSourceError(error)
    }
  }

  byDigest(): Promise<readonly Entry[]> {
    return Promise.resolve([])
  }

  async fetch(key: string, signal: AbortSignal): Promise<{ bytes: Uint8Array }> {
    try {
      signal.throwIfAborted()
      return { bytes: await readWhole(await this.root(), key) }
    } catch (error) {
      throw asSourceError(error)
    }
  }

  watch(changed: () => void, signal: AbortSignal): void {
    const begin = async (): Promise<void> => {
      const watcher = watch(await this.root(), { recursive: true, signal, persistent: false }, changed)
      // where watching breaks off (the folder went, too many folders), polling finds what comes
      watcher.on('error', () => watcher.close())
    }
    void begin().catch(() => undefined)
  }

  private root(): Promise<string> {
    return rootOf(this.settings.folder, this.ports.folders)
  }

  private notes(): string[] {
    if (this.settings.together)
      return ['Each folder counts as the evidence of one run, on the word of who added the source.']
    return ['Folders hold nothing together: links find their build by digests only.']
  }

  private async entryOf(
    root: string,
    { key, plain }: { key: string; plain: boolean },
  ): Promise<{ entry: Entry } | { skipped: Skipped; again?: number } | { again?: number }> {
    try {
      const facts = plain ? await plainFacts(root, key) : await withFile(root, key, (_, it) => Promise.resolve(it))
      if (facts === null) return {}
      return (await this.passOver(root, key, facts)) ?? { entry: entryOf(key, facts) }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      if (error.code === 'GONE') return {}
      return { skipped: { key, code: error.code, message: error.message } }
    }
  }

  /** Why a file is left alone for now or for good, or null. */
  private async passOver(
    root: string,
    key: string,
    { size, modifiedMs }: FileFacts,
  ): Promise<{ skipped: Skipped; again?: number } | null> {
    if (size > DIRECTORY_LIMITS.fileBytes) {
      const message = `The file has ${size} bytes; at most ${DIRECTORY_LIMITS.fileBytes} are read.`
      return { skipped: { key, code: 'LIMIT', message } }
    }
    const age = this.ports.now().getTime() - modifiedMs
    // a time in the future says nothing about rest: such a file is read by its content, and far ahead as it is
    const young = age >= 0 && age < DIRECTORY_LIMITS.settleMs
    const recent = Math.abs(age) < DIRECTORY_LIMITS.unfinishedMs
    const unfinished = young || (recent && looksUnfinished(await readWhole(root, key)))
    if (!unfinished) return null
    const message = 'The file is still being written, or ends in the middle. It is read when it rests.'
    return { skipped: { key, code: 'BEING_WRITTEN', message }, again: DIRECTORY_LIMITS.settleMs + 500 }
  }
}

function entryOf(key: string, { version, modifiedMs }: FileFacts): Entry {
  return { key, path: key, version, sha256: null, seenAt: new Date(modifiedMs).toISOString() }
}

function placeOf(cursor: Cursor): string | null {
  if (typeof cursor !== 'object' || cursor === null || !('after' in cursor)) return null
  return typeof cursor.after === 'string' ? cursor.after : null
}

function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error
  if (error instanceof Error && error.name === 'AbortError') return new SourceError('ABORTED', 'It was stopped.')
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new SourceError('UNREACHABLE', `The folder could not be read (${code}).`, { cause: error })
}
