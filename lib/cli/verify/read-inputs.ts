import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import {
  decodeUtf8,
  FormatError,
  giveBack,
  type Key,
  parseJson,
  parsePublicKeyFile,
  parseX509Pem,
} from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import {
  ArtifactTables,
  type Candidate,
  type Document,
  type Functionary,
  formFault,
  formOf,
  LIMITS,
  type LinkStore,
  type OpenEnvelope,
  parseFunctionaries,
  parseRevokedKeys,
  parseTimeProofs,
  parseTrustBundles,
  type RevokedKey,
  readDocument,
  type StepForms,
  type TimeProof,
  type TrustBundle,
  type UnusableKey,
} from '#lib/in-toto/index.ts'
import { UsageError } from './arguments.ts'

/** Reads a file that was named on the command line. @throws UsageError */
export function readNamedFile(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`The ${what} ${path} cannot be read: ${causeOf(error)}.`)
  }
}

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'ENOTDIR') return 'it is not a folder'
  return error instanceof Error ? error.message : String(error)
}

export interface LayoutKeys {
  readonly layoutKeys: readonly Key[]
  readonly unusableKeys: readonly UnusableKey[]
}

/** Public keys of all files. A map without keys is allowed: nobody then vouches for the layout. */
export function readLayoutKeys(paths: readonly string[]): LayoutKeys {
  const layoutKeys: Key[] = []
  const unusableKeys: UnusableKey[] = []
  for (const path of paths) {
    const bytes = readNamedFile(path, 'key file')
    if (bytes.length < 100 && /^\s*\{\s*\}\s*$/.test(Buffer.from(bytes).toString('latin1'))) continue
    try {
      layoutKeys.push(...parsePublicKeyFile(bytes))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      if (error.code === 'PRIVATE_KEY') throw new UsageError(`${path}: ${error.message}`)
      unusableKeys.push({ source: path, message: error.message })
    }
  }
  return { layoutKeys, unusableKeys }
}

/** A JSON object of strings. @throws UsageError */
export function readParameters(path: string): Map<string, string> {
  const bytes = readNamedFile(path, 'parameter file')
  const wrong = (why: string) => new UsageError(`The parameter file ${path} is not a JSON object of strings: ${why}`)
  const parameters = new Map<string, string>()
  try {
    const value = parseJson(bytes)
    if (!(value instanceof Map)) throw wrong('it is no object.')
    for (const [name, text] of value) {
      if (typeof text !== 'string') throw wrong(`${name} is no string.`)
      parameters.set(name, text)
    }
  } catch (error) {
    if (error instanceof FormatError) throw wrong(error.message)
    throw error
  }
  return parameters
}

/** PEM text with at least one certificate, all of which can be read. @throws UsageError */
export function readCertificateFile(path: string): string {
  try {
    const text = decodeUtf8(readNamedFile(path, 'certificate file'))
    parseX509Pem(text)
    return text
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(`The certificate file ${path} is none: ${error.message}`)
    throw error
  }
}

/** SPIFFE bundles over time (parseTrustBundles says how). @throws UsageError */
export function readTrustBundles(path: string): TrustBundle[] {
  try {
    return parseTrustBundles(parseJson(readNamedFile(path, 'file of trust bundles')))
  } catch (error) {
    if (error instanceof FormatError)
      throw new UsageError(`The file of trust bundles ${path} is none: ${error.message}`)
    throw error
  }
}

/** Revoked keys (parseRevokedKeys says how). @throws UsageError */
export function readRevokedKeys(path: string): RevokedKey[] {
  try {
    return parseRevokedKeys(parseJson(readNamedFile(path, 'file of revoked keys')))
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(`The file of revoked keys ${path} is none: ${error.message}`)
    throw error
  }
}

/** Declared functionaries (parseFunctionaries says how). @throws UsageError */
export function readFunctionaries(path: string): Functionary[] {
  try {
    return parseFunctionaries(parseJson(readNamedFile(path, 'file of functionaries')))
  } catch (error) {
    if (error instanceof FormatError)
      throw new UsageError(`The file of functionaries ${path} is none: ${error.message}`)
    throw error
  }
}

/** Proofs of time by document (parseTimeProofs says how). @throws UsageError */
export function readTimeProofs(path: string): Map<string, TimeProof[]> {
  try {
    return parseTimeProofs(parseJson(readNamedFile(path, 'file of time proofs')))
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(`The file of time proofs ${path} is none: ${error.message}`)
    throw error
  }
}

/**
 * The links of a layout from a folder: `STEP.KEYID8.link`, and `STEP.KEYID8/` where such a file is a layout.
 * A folder that is not there holds none, as for in-toto.
 */
export function readLinkDir(
  dir: string,
  layout: Document,
  { proofs = new Map(), timestamps = () => [], forms = new Map() }: Partial<Known> = {},
): LinkStore {
  return readFolder(dir, { place: '', path: [] }, layout, { tables: new ArtifactTables(), proofs, timestamps, forms })
}

/** What the tokens in the signatures of a document prove about when they were made. */
export type ReadTimestamps = (envelope: OpenEnvelope) => readonly TimeProof[]

/** What is known about documents besides what they say. */
interface Known {
  readonly proofs: ReadonlyMap<string, readonly TimeProof[]>
  readonly timestamps: ReadTimestamps
  readonly forms: StepForms
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** What all folders are read with. */
interface Reading extends Known {
  readonly tables: ArtifactTables
}

/** The folder as the report calls it, and the steps whose sublayouts lead to it. */
interface Level {
  readonly place: string
  readonly path: readonly string[]
}

function readFolder(dir: string, { place, path }: Level, layout: Document, reading: Reading): LinkStore {
  const steps = new Map<string, Candidate[]>()
  const namespaces = new Map<string, LinkStore>()
  const names = namesIn(dir)
  if (names === null) return { steps, namespaces }
  const others = once(() => readStatements(dir, place, names, reading))
  for (const step of stepNames(layout)) {
    const candidates: Candidate[] = []
    const prefix = `${step}.`
    for (const name of names) {
      const keyid = keyidIn(name, prefix)
      if (keyid === null) continue
      const document = readLink(`${dir}${sep}${name}`, `${place}${name}`, reading.tables)
      candidates.push({ document, keyid, proofs: proofsOf(document, reading) })
      if (isLayout(document) && path.length <= LIMITS.sublayoutDepth) {
        const inner = basename(name, '.link')
        const level = { place: `${place}${inner}/`, path: [...path, step] }
        namespaces.set(inner, readFolder(join(dir, inner), level, document, reading))
      }
    }
    if (isStatementForm(step, path, reading)) candidates.push(...statementsOf(step, path, others(), reading))
    steps.set(step, candidates)
  }
  return { steps, namespaces }
}

/** What a folder holds; null where there is none. */
function namesIn(dir: string): string[] | null {
  try {
    return readdirSync(dir).sort()
  } catch (error) {
    if (!isFolder(dir)) return null
    throw error
  }
}

function proofsOf(document: Document, { proofs, timestamps }: Known): readonly TimeProof[] {
  const stamped = 'envelope' in document ? timestamps(document.envelope) : []
  const known = proofs.get(document.sha256)
  return known === undefined ? stamped : [...known, ...stamped]
}

/** Statements have no names that in-toto knows: every .json file that is an envelope, or should be one. */
function readStatements(dir: string, place: string, names: readonly string[], { tables }: Reading): Document[] {
  return names
    .filter((name) => name.endsWith('.json') && !isFolder(join(dir, name)))
    .map((name) => readLink(join(dir, name), `${place}${name}`, tables))
    .filter((document) => 'envelope' in document || !isSomethingElse(document.problem))
}

/** Other JSON, and signed documents of other kinds, e.g. a Witness policy. */
function isSomethingElse({ code, place }: { readonly code: string; readonly place: string }): boolean {
  return code === 'NOT_AN_ENVELOPE' || (code === 'UNSUPPORTED' && place === 'payloadType')
}

/** Those that may stand for a step: of its form and name. One that cannot be read might have been any. */
function statementsOf(
  step: string,
  path: readonly string[],
  documents: readonly Document[],
  reading: Reading,
): Candidate[] {
  const form = formOf(step, path, reading.forms)
  const fitting = documents.filter((document) => {
    if (!('envelope' in document)) return true
    const { envelope } = document
    if (envelope.kind !== 'statement' || formFault(envelope, form) !== null) return false
    return envelope.document.step === null || envelope.document.step === step
  })
  return fitting.map((document) => ({ document, keyid: null, proofs: proofsOf(document, reading) }))
}

function isStatementForm(step: string, path: readonly string[], { forms }: Known): boolean {
  return formOf(step, path, forms).form !== 'link'
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The eight characters of the keyid in the name of a link whose step makes this prefix; null for any other file. */
function keyidIn(name: string, prefix: string): string | null {
  if (!name.startsWith(prefix) || !name.endsWith('.link')) return null
  const keyid = name.slice(prefix.length, -'.link'.length)
  return keyid.length === 8 && !keyid.includes('.') ? keyid : null
}

/** Also of a layout that is refused: the report says what in-toto would answer to it. */
export function stepNames(layout: Document): string[] {
  const open = 'envelope' in layout ? layout.envelope : layout.open
  const steps = open?.kind === 'layout' ? open.value.get('steps') : null
  if (!Array.isArray(steps)) return []
  const names = steps.map((step) => (step instanceof Map ? step.get('name') : null))
  return [...new Set(names.filter((name) => typeof name === 'string'))]
}

function isLayout(document: Document): boolean {
  return ('envelope' in document ? document.envelope.kind : document.open?.kind) === 'layout'
}

/** A link that cannot be read is a finding, not an error. */
function readLink(path: string, source: string, tables: ArtifactTables): Document {
  try {
    const bytes = readRegularFile(path)
    if (bytes instanceof Uint8Array) {
      const document = readDocument(source, bytes, sha256Hex(bytes), tables)
      // it owes nothing to them any more, and the next may be as large
      giveBack(bytes)
      return document
    }
    return { source, sha256: '', problem: { ...bytes, place: '' }, open: null }
  } catch (error) {
    return { source, sha256: '', problem: { code: 'MALFORMED', message: causeOf(error), place: '' }, open: null }
  }
}

/** Opened without waiting and then looked at: whoever may write to the folder may put a pipe there, which never ends. */
function readRegularFile(path: string): Uint8Array | { readonly code: string; readonly message: string } {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const status = fstatSync(file)
    if (status.isDirectory()) return { code: 'MALFORMED', message: 'it is a folder' }
    if (!status.isFile()) return { code: 'MALFORMED', message: 'it is neither a file nor a folder' }
    const { size } = status
    if (size > LIMITS.envelopeBytes)
      return { code: 'LIMIT', message: `The file has ${size} bytes; at most ${LIMITS.envelopeBytes} are read.` }
    const bytes = Buffer.allocUnsafe(size)
    let at = 0
    for (let read = 1; read > 0 && at < size; at += read) read = readSync(file, bytes, at, size - at, null)
    return bytes.subarray(0, at)
  } finally {
    closeSync(file)
  }
}
