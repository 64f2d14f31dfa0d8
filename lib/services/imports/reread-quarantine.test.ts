import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { jsonObject, utf8 } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { digestOf, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { summaryDocument } from '#lib/testing/authority/verifications.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { createSoftware } from '../software/create.ts'
import { bringIn } from './bring-in.ts'
import type { DeliveryRequest } from './delivery.ts'
import { rereadQuarantine } from './reread-quarantine.ts'
import { PARSER_VERSION } from './store/envelopes.ts'

useDatabase()

const at = new Date('2026-03-01T10:00:00.000Z')
const ci = makeKey('ci')
const actor: Actor = systemActor('test')
const admin: Actor = { ...systemActor('x'), kind: 'user', id: '00000000-0000-7000-8000-000000000001', role: 'admin' }
const real = (name: string) => readFileSync(join(import.meta.dirname, '../../in-toto/vectors/real-witness', name))
const link = (name: string) => metablock(linkDocument({ name, products: { app: name } }), [ci])

async function bring(path: string, bytes: Uint8Array, delivery: DeliveryRequest = { kind: 'handed-over' }) {
  const { files } = await bringIn(actor, { via: 'cli', title: 't', at, files: [{ path, bytes }], delivery })
  const digest = Buffer.from(files[0]?.sha256 ?? '', 'hex')
  return (await db.envelope.findUniqueOrThrow({ where: { sha256: digest } })).id
}

/** As a reader without any of today's knowledge would have left it. */
async function unread(id: bigint): Promise<void> {
  const mine = { where: { envelopeId: id } }
  await db.envelopeSignature.deleteMany(mine)
  await db.edge.deleteMany(mine)
  await db.collectionSubject.deleteMany(mine)
  await db.verificationSubject.deleteMany(mine)
  await db.verification.deleteMany(mine)
  await db.layoutVersion.deleteMany(mine)
  const none = { form: 'unknown', kind: 'unknown', predicateType: null, name: null, signedSha256: null }
  const why = { status: 'quarantined', code: 'UNSUPPORTED', message: 'not known yet', place: 'x', parserVersion: 1 }
  await db.envelope.update({ where: { id }, data: { ...none, ...why } })
  await db.job.deleteMany()
}

/** All that is kept of a document, whatever the rows are called. */
async function kept(id: bigint) {
  const row = await db.envelope.findUniqueOrThrow({
    where: { id },
    include: {
      content: true,
      signatures: { orderBy: { index: 'asc' } },
      sightings: true,
      subjects: true,
      verified: true,
      verifications: true,
      versions: { omit: { id: true, createdBy: true } },
    },
  })
  return { ...row, edges: await storedEdges(id) }
}

beforeEach(async () => {
  await rereadQuarantine()
})

describe('F-14: what an older reader quarantined', () => {
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name: 'app', digest: jsonObject({ sha256: digestOf('app') }) })],
    predicateType: 'https://bank.example/scan/v1',
    predicate: jsonObject({}),
  })
  const inside = new TextDecoder().decode(dsse(statement, [ci]))
  const bundle = utf8(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":${inside}}`)
  test.each<[string, string, () => Uint8Array]>([
    ['a link', 'run/build.776a00e2.link', () => link('build')],
    [
      'a layout',
      'root.layout',
      () =>
        metablock(
          layoutDocument({ expires: new Date('2030-01-01T00:00:00Z'), steps: [{ name: 'build', keys: [ci.key] }] }),
          [ci],
        ),
    ],
    ['a collection of Witness', 'build.json', () => real('build.json')],
    ['a policy of Witness', 'policy.json', () => real('policy.signed.json')],
    ['a Sigstore bundle', 'x.sigstore.json', () => bundle],
    [
      'a verification summary',
      'vsa.json',
      () =>
        dsse(
          summaryDocument({
            subjects: [{ name: 'a', sha256: digestOf('a') }],
            verifier: 'https://v.example',
            result: 'FAILED',
            at,
          }),
          [ci],
        ),
    ],
  ])('%s is read as if it had come today: the same row, the same bytes, where it was seen', async (_, path, make) => {
    const id = await bring(path, make())
    const before = await kept(id)
    expect(before.status).toBe('parsed')
    await unread(id)
    expect((await kept(id)).edges).toEqual([])
    await rereadQuarantine()
    expect(await kept(id)).toEqual(before)
    const acts = await db.auditEntry.findMany({ where: { act: 'evidence.reread' }, orderBy: { seq: 'desc' }, take: 1 })
    expect(acts).toMatchObject([
      { objectId: Buffer.from(before.sha256).toString('hex'), actorName: 'Waybill (reading again)' },
    ])
    await rereadQuarantine()
    expect(await db.auditEntry.count({ where: { objectId: acts[0]?.objectId ?? '', act: 'evidence.reread' } })).toBe(1)
  })

  test('is judged again by the software under whose run it was pushed', async () => {
    const { id: softwareId } = await createSoftware(admin, { name: 'Reread' })
    const delivery: DeliveryRequest = { kind: 'pushed', softwareId, run: '17', attempt: 1 }
    const id = await bring('build.link', link('pushed'), delivery)
    await unread(id)
    await rereadQuarantine()
    expect(await db.job.findMany({ where: { name: 'judge-software' } })).toMatchObject([{ payload: { softwareId } }])
  })

  test('counts as stored on the page of the source where it was found', async () => {
    const id = await bring('found.link', link('found'))
    await unread(id)
    const source = await db.source.create({
      data: {
        name: 's',
        kind: 'directory',
        settings: {},
        createdAt: at,
        createdBy: 'x',
        createdByName: 'X',
        nextAt: at,
      },
    })
    const entry = { sourceId: source.id, key: 'k', path: 'found.link', firstSeenAt: at, lastSeenAt: at, envelopeId: id }
    await db.sourceEntry.create({
      data: { ...entry, state: 'quarantined', code: 'UNSUPPORTED', message: 'not known yet' },
    })
    await rereadQuarantine()
    expect(await db.sourceEntry.findFirst({ where: { sourceId: source.id } })).toMatchObject({
      state: 'taken',
      code: null,
      message: null,
    })
  })

  test('and still cannot be read gets the new reason, and is left alone until the next upgrade', async () => {
    const id = await bring('broken.link', utf8('{"signed": '))
    const { code, message, place } = await kept(id)
    await unread(id)
    await rereadQuarantine()
    expect(await kept(id)).toMatchObject({ status: 'quarantined', code, message, place, parserVersion: PARSER_VERSION })
    await db.envelope.update({ where: { id }, data: { message: 'as it was' } })
    await rereadQuarantine()
    expect(await kept(id)).toMatchObject({ message: 'as it was' })
  })

  test('is read in parts, each a job of its own', async () => {
    const ids: bigint[] = []
    for (let n = 0; n < 103; n++) ids.push(await bring(`${n}.link`, link(`many-${n}`)))
    for (const id of ids) await unread(id)
    const left = () => db.envelope.count({ where: { id: { in: ids }, status: 'quarantined' } })
    await rereadQuarantine()
    expect(await left()).toBe(3)
    expect(await db.job.count({ where: { name: 'reread-quarantine', doneAt: null } })).toBe(1)
    await rereadQuarantine()
    expect(await left()).toBe(0)
  })
})
