import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { printJson, utf8 } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { type BringIn, bringIn } from './bring-in.ts'
import type { IncomingFile } from './finding.ts'

useDatabase()

const at = new Date('2026-03-01T10:00:00.000Z')
const ci = makeKey('ci')
const actor: Actor = systemActor('test')

function link(name: string, content: string): Uint8Array {
  return metablock(linkDocument({ name, materials: { 'src/a': 'a' }, products: { 'dist/app': content } }), [ci])
}

function bring(files: IncomingFile[], more: Partial<BringIn> = {}) {
  return bringIn(actor, { via: 'cli', title: 'test', at, files, delivery: { kind: 'handed-over' }, ...more })
}

async function one(path: string, bytes: Uint8Array | string, more: Partial<BringIn> = {}) {
  const { files } = await bring([{ path, bytes: typeof bytes === 'string' ? utf8(bytes) : bytes }], more)
  const [file] = files
  if (file === undefined) throw new Error('no file')
  return file
}

describe('each kind of file', () => {
  test('a link is stored with its bytes, signature, edges and sighting', async () => {
    const bytes = link('build', 'one')
    const file = await one('run/build.link', bytes)
    expect(file).toMatchObject({ kind: 'link', fate: 'stored', code: null, path: 'run/build.link' })
    const row = await db.envelope.findFirstOrThrow({
      where: { sha256: Buffer.from(file.sha256 ?? '', 'hex') },
      include: {
        content: true,
        signatures: true,
        sightings: { include: { delivery: true } },
      },
    })
    expect(Buffer.from(row.content?.bytes ?? []).equals(bytes)).toBe(true)
    expect(row).toMatchObject({ kind: 'link', name: 'build', form: 'metablock', status: 'parsed' })
    expect(row.signatures.map((s) => s.keyid)).toEqual([ci.keyid])
    const edges = await storedEdges(row.id)
    expect(edges.map(({ role, name }) => `${role} ${name}`)).toEqual(['material src/a', 'product dist/app'])
    expect(row.sightings.map((s) => [s.path, s.delivery?.label, s.delivery?.kind])).toEqual([
      ['run/build.link', 'run', 'handed-over'],
    ])
    expect((await one('again/build.link', bytes)).fate).toBe('known')
  })

  test('a layout becomes a version without trust; its functionary keys are noted', async () => {
    const document = layoutDocument({
      expires: new Date('2030-01-01T00:00:00Z'),
      steps: [{ name: 'build', keys: [ci.key] }],
    })
    for (const [name, bytes] of [
      ['root.layout', metablock(document, [ci])],
      ['other.json', dsse(document, [ci])],
    ] as const)
      expect(await one(name, bytes)).toMatchObject({ kind: 'layout', fate: 'stored' })
    expect(await db.layoutVersion.count()).toBe(1)
    const key = await db.publicKey.findFirstOrThrow({ where: { keyids: { has: ci.keyid } } })
    expect(key.name).toBe('functionary of root.layout')
    expect(await db.ownerKey.count()).toBe(0)
  })

  test('a key is known by its material and takes the name of its file', async () => {
    expect(await one('keys/ci.pub', ci.key.pem ?? '')).toMatchObject({ kind: 'public-key', fate: 'known' })
    expect((await db.publicKey.findFirstOrThrow({ where: { keyids: { has: ci.keyid } } })).name).toBe('ci.pub')
    const other = makeKey('other', 'ecdsa-p384')
    const asJson = utf8(printJson(new Map([[other.keyid, other.key.object]])))
    expect(await one('keys.json', asJson)).toMatchObject({ kind: 'public-key', fate: 'stored' })
  })

  test('a private key is refused and nothing of it is kept, not even its digest', async () => {
    const file = await one('ci.key', ci.privatePem())
    expect(file).toMatchObject({ kind: 'private-key', fate: 'refused', code: 'PRIVATE_KEY', sha256: null })
    expect(await db.envelope.count({ where: { name: 'ci.key' } })).toBe(0)
  })

  test('other files are listed with their digest and not stored', async () => {
    const before = await db.envelope.count()
    for (const [name, content] of [
      ['foo.bin', '\x00\x01\x02'],
      ['package.json', '{"name": "x"}'],
      ['notes.txt', 'hello'],
      ['empty', ''],
    ] as const)
      expect(await one(name, content)).toMatchObject({
        kind: 'not-metadata',
        fate: 'listed',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    expect(await db.envelope.count()).toBe(before)
  })

  test.each([
    ['broken JSON', 'a.link', '{"signed": {', 'JSON_SYNTAX'],
    ['a member twice', 'b.link', '{"signed": {"_type": "link"}, "signed": {}, "signatures": []}', 'DUPLICATE_KEY'],
    ['an unsigned link', 'c.json', '{"_type": "link", "name": "x"}', 'UNSIGNED'],
    ['an empty link file', 'd.link', '', 'EMPTY'],
    ['not JSON', 'e.link', 'hello', 'MALFORMED'],
    [
      'a foreign payload',
      'f.json',
      '{"payloadType": "text/plain", "payload": "eA==", "signatures": []}',
      'UNSUPPORTED',
    ],
    ['deep JSON', 'g.link', `{"signed": ${'['.repeat(70)}${']'.repeat(70)}, "signatures": []}`, 'DEPTH'],
    ['a wrong type', 'h.link', '{"signed": {"_type": "link", "name": 3}, "signatures": []}', 'MALFORMED'],
  ])('%s is quarantined with code and sentence, and kept', async (_, name, content, code) => {
    const file = await one(name, content)
    expect(file).toMatchObject({ fate: 'quarantined', code })
    expect(file.message?.length).toBeGreaterThan(20)
    const row = await db.envelope.findFirstOrThrow({
      where: { sha256: Buffer.from(file.sha256 ?? '', 'hex') },
      include: { content: true },
    })
    expect(row).toMatchObject({ status: 'quarantined', kind: 'unknown', code })
    expect(Buffer.from(row.content?.bytes ?? []).toString()).toBe(content)
  })
})

describe('the real chains', () => {
  const filesBelow = (folder: string, prefix: string): IncomingFile[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name), `${prefix}/${entry.name}`)
        : [{ path: `${prefix}/${entry.name}`, bytes: readFileSync(join(folder, entry.name)) }],
    )
  const fatesOf = async (folder: string): Promise<Record<string, string>> => {
    const { files } = await bring(filesBelow(folder, 'run'))
    return Object.fromEntries(
      files.map(({ path, kind, fate, code }) => [path, [kind, fate, code ?? ''].join(' ').trim()]),
    )
  }
  const spire = sharedPath('vectors/real-spire')
  const witness = sharedPath('vectors/real-witness')

  test.skipIf(spire === null)(
    'of SPIRE: links with certificates, intermediates beside them (needs ../shared/vectors)',
    async () => {
      expect(await fatesOf(spire ?? '')).toMatchObject({
        'run/links/build.1b8cb085.link': 'link stored',
        'run/links/build-intermediate-0.cert.pem': 'certificate stored',
        'run/links/clone.3f547e4f.link': 'link stored',
        'run/links/test.bad17207.link': 'link stored',
        'run/root.layout': 'layout stored',
        'run/owner.pub': 'public-key stored',
        'run/upstream-root.pem': 'certificate stored',
        'run/entries.json': 'not-metadata listed',
      })
      const carried = await db.envelopeSignature.count({ where: { certificate: true } })
      expect(carried).toBe(3)
    },
  )

  test.skipIf(witness === null)(
    'of Witness: collections with their step, no edges to branch or committer (needs ../shared/vectors)',
    async () => {
      expect(await fatesOf(witness ?? '')).toEqual({
        'run/build.json': 'statement stored',
        'run/test.json': 'statement stored',
        'run/k.pub': 'public-key stored',
        'run/pol.pub': 'public-key stored',
        'run/policy.signed.json': 'policy stored',
      })
      const collections = await db.envelope.findMany({ where: { kind: 'statement' } })
      expect(collections.map(({ name }) => name).sort()).toEqual(['build', 'test'])
      const edges = await Promise.all(collections.map(({ id }) => storedEdges(id)))
      const names = edges.flat().map(({ name }) => name)
      expect(names).toContain('app')
      expect(names.filter((name) => /attestations\/git|bank\.example/.test(name))).toEqual([])
    },
  )
})
