// Judges the folder of each line it reads, `times` times, and answers with milliseconds and memory; or the same over bytes
// that are at hand, as a server has them; or only checks the signatures of that folder, which is the floor under every
// verification.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import { verifyNodeSignature } from '#lib/cli/verify/verify-node-signature.ts'
import { parsePublicKeyFile } from '#lib/crypto/index.ts'
import { sha256Hex, verifyCertificate } from '#lib/crypto/node/index.ts'
import {
  ArtifactTables,
  type Candidate,
  type Envelope,
  parseEnvelope,
  readDocument,
  verifyLayout,
} from '#lib/in-toto/index.ts'

const memory = (name: string) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

function judge(dir: string): boolean {
  const { verdict } = verifyFolder({
    layout: join(dir, 'root.layout'),
    layoutKeys: [join(dir, 'layout-keys.json')],
    linkDir: join(dir, 'links'),
    at: Date.now(),
    params: null,
    intermediates: [],
    trustBundles: null,
    timeProofs: null,
    runInspections: null,
    profile: 'strict',
    json: true,
  })
  return verdict === 'allow'
}

/** As `judge`, of files that were read once: everything but the files' system. */
function judgeAtHand(dir: string): () => boolean {
  const layoutBytes = readFileSync(join(dir, 'root.layout'))
  const keyBytes = readFileSync(join(dir, 'layout-keys.json'))
  const files = readdirSync(join(dir, 'links')).map((name) => {
    const [step = '', keyid = ''] = name.split('.')
    return { name, step, keyid, bytes: readFileSync(join(dir, 'links', name)) }
  })
  return () => {
    const tables = new ArtifactTables()
    const steps = new Map<string, Candidate[]>()
    for (const { name, step, keyid, bytes } of files) {
      const document = readDocument(name, bytes, sha256Hex(bytes), tables)
      steps.set(step, [...(steps.get(step) ?? []), { document, keyid, proofs: [] }])
    }
    const { verdict } = verifyLayout({
      layout: readDocument('root.layout', layoutBytes, sha256Hex(layoutBytes)),
      layoutKeys: parsePublicKeyFile(keyBytes),
      links: { steps, namespaces: new Map() },
      at: Date.now(),
      profile: 'strict',
      verifySignature: verifyNodeSignature,
      sha256Hex,
      certificates: { verifyCertificate, intermediates: [], bundles: [] },
    })
    return verdict === 'allow'
  }
}

/** All five signatures over bytes and with keys that are at hand. */
function checksOf(dir: string): () => boolean {
  const envelopeIn = (path: string) => {
    const bytes = readFileSync(path)
    return parseEnvelope(bytes, sha256Hex(bytes))
  }
  const layout = envelopeIn(join(dir, 'root.layout'))
  if (layout.kind !== 'layout') throw new Error('root.layout is no layout')
  const keys = [...layout.document.keys.values(), ...parsePublicKeyFile(readFileSync(join(dir, 'layout-keys.json')))]
  const links = readdirSync(join(dir, 'links')).map((name) => envelopeIn(join(dir, 'links', name)))
  const checks = [layout, ...links].map((envelope: Envelope) => {
    const [signature] = envelope.signatures
    const key = keys.find(({ keyid }) => keyid === signature?.keyid)
    const { signedBytes } = envelope
    if (key === undefined || !signature?.bytes) throw new Error('a document without its signature')
    const { bytes } = signature
    return () => verifyNodeSignature(key, signedBytes, bytes, null).valid
  })
  return () => checks.every((check) => check())
}

const WORK = new Map<string, (dir: string) => () => boolean>([
  ['whole', (dir) => () => judge(dir)],
  ['at hand', judgeAtHand],
  ['floor', checksOf],
])

console.log(JSON.stringify({ idle: memory('VmRSS') }))
for await (const line of createInterface({ input: process.stdin })) {
  const { dir, times, mode } = JSON.parse(line)
  const work = WORK.get(mode)?.(dir)
  if (work === undefined) throw new Error(`unknown mode ${mode}`)
  const start = process.hrtime.bigint()
  const before = process.cpuUsage()
  let allow = true
  for (let i = 0; i < times; i++) allow &&= work()
  const { user, system } = process.cpuUsage(before)
  const wall = Number(process.hrtime.bigint() - start) / 1e6 / times
  console.log(JSON.stringify({ allow, cpu: (user + system) / 1000 / times, wall, peak: memory('VmHWM') }))
}
