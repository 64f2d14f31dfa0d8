import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import type { Budget } from './budget.ts'
import { type ArchiveEntry, ArchiveError, type ArchiveFault } from './entry.ts'
import { tidyPath } from './path-fault.ts'

/** The files of a tar, gzipped or not, one at a time. */
export async function* readTar(bytes: Uint8Array, gzipped: boolean, budget: Budget): AsyncGenerator<ArchiveEntry> {
  const unpacker = extract()
  const source = Readable.from(unpacked(bytes, gzipped, budget))
  source.on('error', (cause) => unpacker.destroy(cause))
  source.pipe(unpacker)
  try {
    for await (const entry of unpacker) {
      budget.entry()
      const header: Header = entry.header
      const found = header.type === 'directory' ? null : await read(entry, header, budget)
      if (found !== null) yield found
      entry.resume()
    }
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause
    const why = cause instanceof Error ? cause.message : 'unreadable'
    throw new ArchiveError('ARCHIVE_UNREADABLE', `The tar archive could not be read: ${why}. Pack it again.`, cause)
  } finally {
    source.destroy()
    unpacker.destroy()
  }
}

/** Counted before the tar is read: headers and bodies that are passed over are bytes too. */
async function* unpacked(bytes: Uint8Array, gzipped: boolean, budget: Budget): AsyncGenerator<Uint8Array> {
  const packed = Readable.from(slices(bytes))
  const source: AsyncIterable<Uint8Array> = gzipped ? pipeline(packed, createGunzip(), ignoreError) : packed
  for await (const chunk of source) {
    budget.unpacked(chunk.length)
    yield chunk
  }
}

/** What fails is thrown where the stream is read. */
function ignoreError(): void {}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function read(entry: AsyncIterable<unknown>, header: Header, budget: Budget): Promise<ArchiveEntry> {
  const { name } = header
  const fault = budget.name(name) ?? kindFault(header) ?? sizeFault(header, budget)
  if (fault !== null) return { path: name, bytes: null, fault }
  const chunks: Uint8Array[] = []
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return { path: tidyPath(name), bytes: Buffer.concat(chunks), fault: null }
}

function kindFault({ type, linkname }: Header): ArchiveFault | null {
  if (type === 'file' || type === 'contiguous-file') return null
  if (type === 'symlink' || type === 'link')
    return {
      code: 'LINK',
      message: `This entry is a ${type === 'link' ? 'hard' : 'symbolic'} link to ${linkname ?? 'nothing'}; only plain files are read.`,
    }
  return {
    code: 'SPECIAL_FILE',
    message: `This entry is a ${type ?? 'thing of an unknown kind'}; only plain files are read.`,
  }
}

function sizeFault({ size }: Header, budget: Budget): ArchiveFault | null {
  return size !== undefined && size > budget.limits.entryBytes ? budget.tooLarge(size) : null
}
