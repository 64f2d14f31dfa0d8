import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { decodeUtf8, parsePublicKeyFile, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { formatTimestamp, type Report, readDocument, type StepReport } from '#lib/in-toto/index.ts'
import { documentsOf, envelopeBytes, judgedBuild } from './judged-build.ts'
import { verifyOptions } from './verify-options.ts'

interface Entry {
  readonly name: string
  readonly bytes: () => Promise<Uint8Array | null>
}

/**
 * Everything that the current verdict was made from, as a tar.gz that `waybill verify` and `in-toto-verify` read:
 * `root.layout`, `keys/` of the layout owners, what certificates were judged with and whose roots counted, `reference.sh` for in-toto-verify, `links/` with every link that counted or was passed over.
 */
export async function buildInputs(actor: Actor, id: string): Promise<{ name: string; stream: ReadableStream }> {
  requireRight(actor, 'read')
  const judged = await judgedBuild(id)
  const { build, report } = judged
  const binding = build.current?.binding
  if (report === null || binding === undefined) {
    throw new AppError(
      'CONFLICT',
      'This build has not been judged yet, so there are no inputs to download. Try again in a moment.',
    )
  }
  const folder = `${build.short}-inputs`
  const layout = Buffer.from(binding.envelope.sha256).toString('hex')
  const entries: Entry[] = [
    { name: 'root.layout', bytes: () => envelopeBytes(layout) },
    ...(await ownerKeys(build.softwareId)),
    ...(await verifyOptions(judged)).flatMap(({ file }) => (file === null ? [] : [text(file.name, file.content)])),
    ...links(report, 'links'),
    ...(await certificateFiles(report, layout)),
    ...(await timeProofs(report, layout, binding.since)),
  ]
  return { name: `${folder}.tar.gz`, stream: pack(folder, entries, build.current?.judgedAt ?? new Date(0)) }
}

/** Intermediates as `waybill verify` takes them; nothing where no certificate counted. */
async function certificateFiles(report: Report, layout: string): Promise<Entry[]> {
  const counted = report.steps.flatMap((step) => step.counted)
  const chains = new Set(counted.flatMap(({ signer }) => signer.certificate?.chain ?? []))
  if (chains.size === 0) return []
  const found = await db.certificate.findMany({
    where: { sha256: { in: [...chains].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))) } },
    orderBy: { sha256: 'asc' },
  })
  const pems = [...found.map(({ pem }) => pem), ...(await authoritiesOf(layout))]
  return [text('intermediates.pem', pems.map((pem) => `${pem}\n`).join(''))]
}

/** When documents were signed at the latest: what certificates counted by; where a key is revoked, all receipts. */
async function timeProofs({ steps }: Report, layout: string, since: Date): Promise<Entry[]> {
  const proofs = new Map<string, object[]>()
  const prove = (sha256: string, kind: string, at: string, by: string | null) =>
    proofs.set(sha256, [...(proofs.get(sha256) ?? []), { kind, at, by }])
  const counted = steps.flatMap((step) => step.counted)
  for (const { sha256, signer } of counted) {
    const time = signer.certificate?.time
    if (time !== undefined && time.evidence !== 'unproven') prove(sha256, time.evidence, time.at, time.by)
  }
  const revoked = (await db.revokedKey.count()) > 0
  if (revoked) {
    prove(layout, 'witnessed', formatTimestamp(since.getTime()), 'Waybill')
    for (const [sha256, at] of await firstReceipts(documentsOf(steps))) prove(sha256, 'witnessed', at, 'Waybill')
  }
  const certified = counted.some(({ signer }) => signer.certificate !== undefined)
  return certified || revoked ? [text('time-proofs.json', JSON.stringify(Object.fromEntries(proofs)))] : []
}

/** When Waybill received documents first. */
async function firstReceipts(sha256s: readonly string[]): Promise<[string, string][]> {
  const wanted = [...new Set(sha256s)].filter((hex) => /^[0-9a-f]{64}$/.test(hex))
  const rows = await db.envelope.findMany({
    where: { sha256: { in: wanted.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))) } },
    select: { sha256: true, sightings: { select: { seenAt: true }, orderBy: { seenAt: 'asc' }, take: 1 } },
  })
  return rows.flatMap(({ sha256, sightings: [first] }) =>
    first === undefined
      ? []
      : [[Buffer.from(sha256).toString('hex'), formatTimestamp(first.seenAt.getTime())] as [string, string]],
  )
}

/** Those that the layout lists: with them the file is never empty, and they change nothing. */
async function authoritiesOf(layout: string): Promise<string[]> {
  const document = readDocument('root.layout', (await envelopeBytes(layout)) ?? new Uint8Array())
  if (!('envelope' in document) || document.envelope.kind !== 'layout') return []
  const { rootCas, intermediateCas } = document.envelope.document
  return [...rootCas.values(), ...intermediateCas.values()].map(({ certificate }) => certificate.pem)
}

/** Twice: as `waybill verify` reads them, and as in-toto 1.3.1 does, with the line that calls it. */
async function ownerKeys(softwareId: string): Promise<Entry[]> {
  const owners = await db.ownerKey.findMany({ where: { softwareId }, include: { key: true } })
  const files: Entry[] = []
  const reference: { name: string; keytype: string }[] = []
  for (const { key } of owners) {
    const name = Buffer.from(key.fingerprint).toString('hex').slice(0, 8)
    if (key.pem === null) {
      if (key.json !== null) files.push(text(`keys/${name}.json`, key.json))
      continue
    }
    files.push(text(`keys/${name}.pem`, key.pem))
    for (const one of parsePublicKeyFile(Buffer.from(key.pem))) {
      reference.push({ name: `reference-keys/${name}.pub`, keytype: one.keytype })
      files.push(text(`reference-keys/${name}.pub`, decodeUtf8(publicKeyFile(one, 'legacy'))))
    }
  }
  return [...files, text('reference.sh', referenceScript(reference))]
}

function referenceScript(keys: readonly { name: string; keytype: string }[]): string {
  const line =
    keys.length === 0
      ? 'echo "The owner keys of this software cannot be given to in-toto-verify as files."; exit 64'
      : `exec in-toto-verify --verbose --layout root.layout --link-dir links --layout-keys ${keys.map((key) => key.name).join(' ')} --key-types ${keys.map((key) => key.keytype).join(' ')}`
  return `#!/bin/sh\n# Asks the reference verifier (in-toto 1.3.1) about the same files. It runs the inspections of the layout here.\n${line}\n`
}

const text = (name: string, value: string): Entry => ({ name, bytes: async () => Buffer.from(value) })

/** Why a link was passed over that in-toto, handed a folder, would take. */
const OF_OTHER_RUNS: ReadonlySet<string> = new Set(['REPLAYED', 'STEP_UNBOUND', 'RUN_TWICE', 'MIXED_RUNS'])

/** Link files under the names that in-toto looks for; links of a sublayout in the folder of their step. */
function links(report: Report, folder: string): Entry[] {
  const taken = new Set<string>()
  const entry = (name: string, sha256: string): Entry[] => {
    if (taken.has(name)) return []
    taken.add(name)
    return [{ name, bytes: () => envelopeBytes(sha256) }]
  }
  return report.steps.flatMap((step) => [
    ...step.counted.flatMap((link) => entry(`${folder}/${linkName(step, link.signer.keyid)}.link`, link.sha256)),
    ...step.skipped.flatMap(({ sha256, source, keyid, code }) =>
      // a folder is one run in which everything is new: what belongs to another run would count there
      sha256 === null || OF_OTHER_RUNS.has(code) ? [] : entry(`${folder}/${skippedName(step, source, keyid)}`, sha256),
    ),
    ...(step.sublayout === undefined
      ? []
      : links(step.sublayout, `${folder}/${linkName(step, step.counted[0]?.signer.keyid ?? '')}`)),
  ])
}

/** Names come from signed documents: nothing in them may lead out of the folder. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9._+@-]/g, '_').replace(/^\.+/, '_')

const linkName = (step: StepReport, keyid: string): string => `${safe(step.name)}.${safe(keyid.slice(0, 8))}`

/** As it was called where it was found; that name decided for which key it stands. */
function skippedName(step: StepReport, source: string, keyid: string | null): string {
  const own = safe(source.split('/').at(-1) ?? '')
  return own.endsWith('.link') ? own : `${linkName(step, keyid ?? 'unknown')}.link`
}

function pack(folder: string, entries: readonly Entry[], mtime: Date): ReadableStream {
  const packed = tar.pack()
  const write = async () => {
    for (const { name, bytes } of entries) {
      const content = await bytes()
      if (content !== null) packed.entry({ name: `${folder}/${name}`, mtime }, Buffer.from(content))
    }
    packed.finalize()
  }
  write().catch((error: unknown) => packed.destroy(error instanceof Error ? error : new Error(String(error))))
  return asWebStream(packed.pipe(createGzip()))
}

/** Safe: Node's web stream and the global one are the same class; only their declarations differ. */
const asWebStream = (stream: Readable): ReadableStream => Readable.toWeb(stream) as unknown as ReadableStream
