import type { Readable } from 'node:stream'
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import type { Budget } from './budget.ts'
import { type ArchiveEntry, ArchiveError, type ArchiveFault } from './entry.ts'
import { tidyPath } from './path-fault.ts'

/** The files of a zip, one at a time. */
export async function* readZip(bytes: Uint8Array, budget: Budget): AsyncGenerator<ArchiveEntry> {
  const zip = await open(bytes)
  try {
    for await (const entry of entriesOf(zip)) {
      budget.entry()
      const raw = nameOf(entry)
      if (raw.endsWith('/') && entry.uncompressedSize === 0) continue
      const fault = budget.name(raw) ?? kindFault(entry) ?? sizeFault(entry, budget)
      if (fault !== null) yield { path: raw, bytes: null, fault }
      else yield await readEntry(zip, entry, tidyPath(raw), budget)
    }
  } finally {
    zip.close()
  }
}

async function open(bytes: Uint8Array): Promise<ZipFile> {
  try {
    // names stay bytes: one bad name must not end the reading of all others
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return await fromBufferPromise(buffer, { lazyEntries: true, decodeStrings: false, autoClose: false })
  } catch (cause) {
    throw unreadable(cause)
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await nextEntry(zip)
    if (entry === null) return
    yield entry
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      zip.off('entry', onEntry)
      zip.off('end', onEnd)
      zip.off('error', onError)
      settle()
    }
    const onEntry = (entry: Entry) => done(() => resolve(entry))
    const onEnd = () => done(() => resolve(null))
    const onError = (cause: unknown) => done(() => reject(unreadable(cause)))
    zip.on('entry', onEntry)
    zip.on('end', onEnd)
    zip.on('error', onError)
    zip.readEntry()
  })
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
}

/** Unix file type, in the upper half of the external attributes. */
function kindFault(entry: Entry): ArchiveFault | null {
  const type = (entry.externalFileAttributes >>> 28) & 0xf
  if (type === 0xa) return { code: 'LINK', message: 'This entry is a symbolic link; only plain files are read.' }
  if (type !== 0 && type !== 0x8)
    return {
      code: 'SPECIAL_FILE',
      message: 'This entry is a device, a pipe or a folder with content; only plain files are read.',
    }
  if ((entry.generalPurposeBitFlag & 1) !== 0)
    return { code: 'ENCRYPTED', message: 'This entry is encrypted. Unpack the archive and bring its files.' }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return {
      code: 'COMPRESSION',
      message: `This entry is packed with method ${entry.compressionMethod}; expected 0 (stored) or 8 (deflate).`,
    }
  return null
}

/** The size that the entry claims; what really comes is counted too. */
function sizeFault(entry: Entry, budget: Budget): ArchiveFault | null {
  return entry.uncompressedSize > budget.limits.entryBytes ? budget.tooLarge(entry.uncompressedSize) : null
}

async function readEntry(zip: ZipFile, entry: Entry, path: string, budget: Budget): Promise<ArchiveEntry> {
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry)
    const chunks: Buffer[] = []
    for await (const chunk of stream) {
      budget.unpacked(chunk.length)
      chunks.push(chunk)
    }
    return { path, bytes: Buffer.concat(chunks), fault: null }
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause
    const why = cause instanceof Error ? cause.message : 'unreadable'
    return { path, bytes: null, fault: { code: 'ENTRY_DAMAGED', message: `This file could not be unpacked: ${why}.` } }
  }
}

function unreadable(cause: unknown): ArchiveError {
  const why = cause instanceof Error ? cause.message : 'unreadable'
  return new ArchiveError('ARCHIVE_UNREADABLE', `The zip archive could not be read: ${why}. Pack it again.`, cause)
}
