import { detectArchive } from '#lib/archives/detect.ts'
import { type ArchiveEntry, ArchiveError } from '#lib/archives/entry.ts'
import { ARCHIVE_LIMITS, type ArchiveLimits } from '#lib/archives/limits.ts'
import { pathFault, tidyPath } from '#lib/archives/path-fault.ts'
import { readArchive } from '#lib/archives/read-archive.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { type ClassifyOptions, classify } from './classify.ts'
import type { Finding, IncomingFile, Item, Reason } from './finding.ts'
import { splitLines } from './json-lines.ts'
import { IMPORT_LIMITS } from './limits.ts'

export interface ExpandOptions extends ClassifyOptions {
  readonly archives?: ArchiveLimits
}

/** A file as one item or several: archives are opened one level deep, JSON lines are taken apart. */
export async function* expand(file: IncomingFile, options: ExpandOptions): AsyncGenerator<Item> {
  const fault = pathFault(file.path, ARCHIVE_LIMITS)
  if (fault !== null) return yield refusedPath(file, { ...fault, place: null })
  const path = tidyPath(file.path)
  if (file.oversize !== undefined) return yield oversized(path, file.bytes, file.oversize)
  const kind = detectArchive(file.bytes)
  if (kind !== null && !options.meant) return yield* unpack(path, file.bytes, kind, options)
  yield* documents(path, file.bytes, options)
}

function refusedPath(file: IncomingFile, reason: Reason): Item {
  const size = file.oversize?.size ?? file.bytes.length
  return { path: file.path, size, sha256: null, finding: { is: 'refused', kind: 'unknown', reason }, bytes: null }
}

/** Too large to be read. A large file that is no metadata is only listed anyway. */
function oversized(path: string, head: Uint8Array, { size, sha256 }: { size: number; sha256: string }): Item {
  const archive = detectArchive(head) !== null
  const limit = archive ? IMPORT_LIMITS.archiveBytes : IMPORT_LIMITS.fileBytes
  const text = /^\s*[[{]/.test(new TextDecoder('latin1').decode(head.subarray(0, 256)))
  const message = `The ${archive ? 'archive' : 'document'} has ${size} bytes; at most ${limit} are read.`
  const reason = { code: archive ? 'ARCHIVE_TOO_LARGE' : 'LIMIT', message, place: null }
  if (text) return { path, size, sha256, finding: { is: 'refused', kind: 'unknown', reason }, bytes: null }
  return {
    path,
    size,
    sha256,
    finding: { is: 'listed', kind: 'not-metadata', reason: archive ? reason : null },
    bytes: null,
  }
}

function* documents(path: string, bytes: Uint8Array, options: ExpandOptions): Generator<Item> {
  const lines = splitLines(path, bytes)
  if (lines === null) return yield item(path, bytes, options)
  if (lines.length > IMPORT_LIMITS.lines) {
    const message = `The file has ${lines.length} lines; at most ${IMPORT_LIMITS.lines} are read. Send it in parts.`
    const finding: Finding = { is: 'refused', kind: 'unknown', reason: { code: 'LIMIT', message, place: null } }
    return yield { path, size: bytes.length, sha256: sha256Hex(bytes), finding, bytes: null }
  }
  for (const line of lines) yield item(`${path}#${line.number}`, line.bytes, { ...options, meant: true })
}

function item(path: string, bytes: Uint8Array, options: ClassifyOptions): Item {
  if (bytes.length > IMPORT_LIMITS.fileBytes)
    return oversized(path, bytes, { size: bytes.length, sha256: sha256Hex(bytes) })
  const sha256 = sha256Hex(bytes)
  const finding = classify(path, bytes, sha256, options)
  const secret = finding.is === 'refused' && finding.kind === 'private-key'
  const keep = ['envelope', 'policy', 'quarantined', 'trust-bundle'].includes(finding.is)
  return { path, size: bytes.length, sha256: secret ? null : sha256, finding, bytes: keep ? bytes : null }
}

/**
 * An archive's files. One that holds no metadata at all is some product of a build (`foo.tar.gz`): it is listed with
 * its digest and its content is left out.
 */
async function* unpack(
  path: string,
  bytes: Uint8Array,
  kind: 'zip' | 'tar' | 'tar.gz',
  options: ExpandOptions,
): AsyncGenerator<Item> {
  const waiting: Item[] = []
  let metadata = 0
  let files = 0
  let failed: Reason | null = null
  try {
    for await (const entry of readArchive(bytes, kind, options.archives)) {
      for (const found of entryItems(path, entry, options)) {
        files++
        if (isMetadata(found.finding)) metadata++
        if (metadata === 0) waiting.push(found)
        else yield* flush(waiting, found)
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    failed = { code: error.code, message: error.message, place: null }
  }
  // refusals are shown even where nothing else was found
  const plain = metadata === 0 && failed === null && waiting.every(({ finding }) => finding.is === 'listed')
  if (!plain) yield* waiting
  yield archiveItem(path, bytes, plain, failed, files)
}

function* flush(waiting: Item[], found: Item): Generator<Item> {
  yield* waiting.splice(0)
  yield found
}

function archiveItem(path: string, bytes: Uint8Array, plain: boolean, failed: Reason | null, files: number): Item {
  const known = { path, size: bytes.length, sha256: sha256Hex(bytes), bytes: null }
  if (failed !== null) return { ...known, finding: { is: 'refused', kind: 'archive', reason: failed } }
  if (plain) return { ...known, finding: { is: 'listed', kind: 'not-metadata', reason: null } }
  const message = `Opened: ${files} ${files === 1 ? 'file' : 'files'} inside, each listed by itself.`
  return { ...known, finding: { is: 'listed', kind: 'archive', reason: { code: 'ARCHIVE', message, place: null } } }
}

function* entryItems(archive: string, entry: ArchiveEntry, options: ExpandOptions): Generator<Item> {
  const path = `${archive}/${entry.path}`
  if (entry.fault !== null) {
    const reason = { ...entry.fault, place: null }
    yield { path, size: 0, sha256: null, finding: { is: 'refused', kind: 'unknown', reason }, bytes: null }
    return
  }
  if (detectArchive(entry.bytes) === null) return yield* documents(path, entry.bytes, options)
  const message = 'An archive inside an archive is not opened. If it holds metadata, bring it in by itself.'
  const reason = { code: 'NESTED_ARCHIVE', message, place: null }
  const size = entry.bytes.length
  yield { path, size, sha256: sha256Hex(entry.bytes), finding: { is: 'listed', kind: 'archive', reason }, bytes: null }
}

function isMetadata(finding: Finding): boolean {
  return finding.is !== 'listed' && !(finding.is === 'refused' && finding.kind === 'unknown')
}
