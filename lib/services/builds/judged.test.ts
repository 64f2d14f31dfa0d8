import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import { packedCases, withCase } from '#lib/cli/verify/vector-cases.ts'
import { stepFilesQuerySchema } from '#lib/contract/builds.ts'
import { parsePublicKeyFile } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import type { Report } from '#lib/in-toto/index.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { buildGraph } from './graph.ts'
import { buildInputs } from './inputs.ts'
import { stepFiles } from './step-files.ts'

const actor = systemActor('test')
const AT = new Date('2026-11-22T12:00:00Z')
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const folder = mkdtempSync(join(tmpdir(), 'waybill-inputs-'))
const reports = new Map<string, Report>()

useDatabase()
beforeAll(async () => {
  for (const id of ['A01', 'B27']) reports.set(id, await store(id))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A case of the vectors as a judged build: the rows that judging would write. */
async function store(id: string): Promise<Report> {
  const vector = packedCases().find((one) => one.id === id)
  if (vector === undefined) throw new Error(`no case ${id}`)
  const read = withCase(vector, AT.getTime(), (given, dir) => ({
    report: verifyFolder({ ...given, runInspections: null }),
    keys: parsePublicKeyFile(readFileSync(join(dir, 'layout-keys.json'))),
    layout: readFileSync(join(dir, 'root.layout')),
    links: readdirSync(given.linkDir).map((name) => readFileSync(join(given.linkDir, name))),
  }))
  const software = await db.software.create({ data: { slug: id.toLowerCase(), name: id, createdAt: AT } })
  for (const key of read.keys) {
    const fingerprint = hex(key.fingerprint)
    const data = {
      fingerprint,
      keytype: key.keytype,
      scheme: key.scheme,
      pem: key.pem,
      keyids: [key.keyid],
      name: 'owner',
    }
    await db.publicKey.upsert({ where: { fingerprint }, create: { ...data, firstSeenAt: AT }, update: {} })
    await db.ownerKey.create({
      data: { softwareId: software.id, fingerprint, name: 'owner', addedAt: AT, addedBy: 'system:test' },
    })
  }
  const layout = await storeEnvelope(read.layout, 'layout')
  for (const link of read.links) await storeEnvelope(link, 'link')
  const version = await db.layoutVersion.create({
    data: {
      softwareId: software.id,
      name: 'release',
      number: 1,
      signedJson: '{}',
      dssePayload: new Uint8Array(),
      signedSha256: hex(sha256Hex(Buffer.from(id))),
      envelopeId: layout,
      expires: AT,
      createdAt: AT,
      createdBy: 'system:test',
    },
  })
  const binding = await db.binding.create({
    data: { softwareId: software.id, versionId: version.id, envelopeId: layout, since: AT, by: 'system:test' },
  })
  const build = await db.build.create({
    data: {
      short: `${id.toLowerCase()}x`,
      softwareId: software.id,
      groupKey: hex('00'),
      finalStep: 'package',
      label: 'run 1',
      firstSeenAt: AT,
      files: { create: { path: 'foo.tar.gz', algo: 'sha256', digest: hex('ab'.repeat(32)) } },
    },
  })
  const verdict = await db.verdict.create({
    data: {
      buildId: build.id,
      bindingId: binding.id,
      inputsSha256: hex(read.report.inputs),
      verdict: read.report.verdict,
      referenceVerdict: read.report.referenceVerdict,
      headline: 'x',
      at: AT,
      judgedAt: AT,
      engine: read.report.engine,
      report: JSON.stringify(read.report),
      evidence: [],
    },
  })
  await db.build.update({ where: { id: build.id }, data: { currentId: verdict.id } })
  return read.report
}

async function storeEnvelope(bytes: Buffer, kind: string): Promise<bigint> {
  const sha256 = hex(sha256Hex(bytes))
  const known = await db.envelope.findUnique({ where: { sha256 } })
  if (known !== null) return known.id
  const made = await db.envelope.create({
    data: {
      sha256,
      size: bytes.length,
      form: 'metablock',
      kind,
      status: 'parsed',
      firstSeenAt: AT,
      content: { create: { bytes: Uint8Array.from(bytes) } },
    },
  })
  return made.id
}

describe('the graph of a build', () => {
  test('shows every step, the final file and the failing edge, all in their places', async () => {
    const graph = await buildGraph(actor, 'b27x')
    expect(graph.nodes.map((node) => node.id)).toEqual(['write-code', 'package', 'file:foo.tar.gz'])
    expect(graph.problems[0]).toBe('write-code>package')
    const edge = graph.edges.find((one) => one.id === 'write-code>package')
    expect(edge).toMatchObject({ state: 'fail', label: '0 match, 1 differs' })
    expect(edge?.points.length).toBeGreaterThan(1)
    expect(graph.edges.find((one) => one.target === 'file:foo.tar.gz')?.state).toBe('unverified')
  })

  test('is found by the id too, and says so when there is no such build', async () => {
    const { id } = await db.build.findUniqueOrThrow({ where: { short: 'a01x' } })
    const graph = await buildGraph(actor, id)
    expect(graph.nodes.map((node) => node.state)).toEqual(['warn', 'pass', 'pass'])
    await expect(buildGraph(actor, 'nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is for those who may read', async () => {
    const token = { ...actor, kind: 'token' as const, scopes: ['ingest' as const] }
    await expect(buildGraph(token, 'a01x')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('the files of a step', () => {
  const query = (given: Record<string, unknown>) => stepFilesQuerySchema.parse(given)

  test('come from the link that counts', async () => {
    const files = await stepFiles(actor, 'b27x', 'package', query({}))
    expect(files.materials.map((file) => file.path)).toEqual(['foo.py'])
    expect(files.materials[0]?.digests.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect([files.materialsTotal, files.productsTotal]).toEqual([files.materials.length, files.products.length])
  })

  test('can be searched by path and by the beginning of a digest', async () => {
    const all = await stepFiles(actor, 'b27x', 'package', query({}))
    const digest = all.materials[0]?.digests.sha256?.slice(0, 9) ?? ''
    expect((await stepFiles(actor, 'b27x', 'package', query({ q: digest }))).materialsTotal).toBe(1)
    expect((await stepFiles(actor, 'b27x', 'package', query({ q: 'nothing' }))).materialsTotal).toBe(0)
  })

  test('are those of steps that exist', async () => {
    await expect(stepFiles(actor, 'b27x', 'toString', query({}))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(stepFiles(actor, 'b27x', 'package', query({ path: ['x'] }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('the inputs of a verdict', () => {
  async function unpack(short: string): Promise<string> {
    const { name, stream } = await buildInputs(actor, short)
    const archive = join(folder, name)
    writeFileSync(archive, Buffer.from(await new Response(stream).arrayBuffer()))
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['xzf', archive, '-C', folder])
    return join(folder, `${short}-inputs`)
  }
  const verify = (dir: string) =>
    verifyFolder({
      layout: join(dir, 'root.layout'),
      layoutKeys: readdirSync(join(dir, 'keys')).map((name) => join(dir, 'keys', name)),
      linkDir: join(dir, 'links'),
      at: AT.getTime(),
      params: null,
      intermediates: [],
      trustBundles: null,
      timeProofs: null,
      runInspections: null,
      profile: 'strict',
      json: true,
    })

  test.each(['A01', 'B27'])('give the same verdict and reasons again: %s', async (id) => {
    const again = verify(await unpack(`${id.toLowerCase()}x`))
    const first = reports.get(id)
    expect(again.verdict).toBe(first?.verdict)
    expect(again.reasons).toEqual(first?.reasons)
  })

  const installed = spawnSync('in-toto-verify', ['--version']).error === undefined
  test.skipIf(!installed)(
    'are what in-toto-verify itself answers the same to (needs in-toto-verify on PATH)',
    async () => {
      for (const [id, status] of [
        ['a01x', 0],
        ['b27x', 1],
      ] as const) {
        const dir = await unpack(id)
        const run = spawnSync('sh', ['reference.sh'], { cwd: dir, encoding: 'utf8' })
        expect(run.status, run.stderr).toBe(status)
      }
    },
  )

  test('are not there before a verdict is', async () => {
    const { softwareId } = await db.build.findUniqueOrThrow({ where: { short: 'a01x' } })
    await db.build.create({
      data: {
        short: 'waiting',
        softwareId,
        groupKey: hex('01'),
        finalStep: 'package',
        label: 'run 2',
        firstSeenAt: AT,
      },
    })
    await expect(buildInputs(actor, 'waiting')).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await buildGraph(actor, 'waiting')).nodes).toEqual([])
  })
})
