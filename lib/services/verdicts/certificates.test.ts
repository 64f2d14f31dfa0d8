import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import {
  authoritiesObject,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { unpack } from '#lib/testing/unpack.ts'
import { getBuild } from '../builds/get.ts'
import { buildInputs } from '../builds/inputs.ts'
import { listBuilds } from '../builds/list.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { judgeBuildJob } from './judge-build.ts'
import { judgeSoftwareJob } from './judge-software.ts'

useDatabase()

const { files } = z
  .object({ files: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../in-toto/vectors/real-spire.json'), 'utf8')))

const user = (role: Actor['role']): Actor => ({
  ...systemActor('x'),
  kind: 'user',
  id: '00000000-0000-7000-8000-000000000001',
  name: 'Ines',
  role,
})
const [admin, engineer, viewer] = [user('admin'), user('engineer'), user('viewer')]

const SIGNED = new Date('2026-11-22T23:30:00Z')
const MINUTES_LATER = new Date('2026-11-22T23:35:00Z')
const LATER = new Date('2026-11-23T02:00:00Z')
const MONTHS_LATER = new Date('2027-03-01T00:00:00Z')

const part = (choose: (path: string) => boolean) =>
  Object.entries(files)
    .filter(([path]) => choose(path))
    .map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }))
const isLink = (path: string) => path.endsWith('.link')
const isIntermediate = (path: string) => path.endsWith('.cert.pem')

async function bring(at: Date, title: string, choose: (path: string) => boolean) {
  await bringIn(engineer, { via: 'page', title, at, files: part(choose), delivery: { kind: 'handed-over' } })
}

/** A software with one of the layouts of the real chain in force. */
async function softwareWith(name: string, layout: string): Promise<SoftwareDetail> {
  const { slug } = await createSoftware(engineer, { name }, SIGNED)
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text: files['owner.pub'] ?? '' }] }, SIGNED)
  await bring(SIGNED, `${name} layout`, (path) => path === layout)
  const versions = await db.layoutVersion.findMany({ where: { name: layout.replace('.layout', '') } })
  const [version] = versions
  if (version === undefined) throw new Error('the layout made no version')
  return putInForce(engineer, slug, { versionId: version.id, parameters: null }, SIGNED)
}

async function current(software: SoftwareDetail) {
  const builds = await db.build.findMany({ where: { softwareId: software.id }, include: { current: true } })
  return builds.map(({ id, current: verdict }) => ({ id, verdict: verdict?.verdict, code: verdict?.code ?? null }))
}

const judge = async (software: SoftwareDetail, at: Date) => {
  await judgeSoftwareJob({ softwareId: software.id }, at)
  return current(software)
}

describe('a chain signed with SVIDs, brought in as SPIRE and in-toto-golang left it', () => {
  test('waits for the intermediates, is verified once they came, and stays so when the SVIDs have ended', async () => {
    const software = await softwareWith('Alpha', 'root.layout')
    await bring(SIGNED, 'run', isLink)
    // whoever made the final link cannot be told: it starts no build
    expect(await judge(software, SIGNED)).toEqual([])
    await db.job.deleteMany()
    await bring(MINUTES_LATER, 'intermediates', isIntermediate)
    const jobs = await db.job.findMany({ where: { name: 'judge-software' } })
    expect(jobs.map(({ payload }) => payload)).toEqual([{ softwareId: software.id }])
    const [build, ...more] = await judge(software, MINUTES_LATER)
    expect(more).toEqual([])
    for (const at of [MINUTES_LATER, LATER, MONTHS_LATER]) {
      await judgeBuildJob({ buildId: build?.id ?? '' }, at)
      expect(await current(software)).toMatchObject([{ verdict: 'allow', code: null }])
    }
  })

  test('shows who signed as SPIFFE IDs, with the evidence of the time', async () => {
    const { id } = await db.build.findFirstOrThrow({ where: { software: { name: 'Alpha' } } })
    const { report } = await getBuild(viewer, id)
    const signers = report?.steps.flatMap(({ counted }) => counted.map(({ signer }) => signer.certificate))
    expect(signers?.map((one) => one?.spiffeId)).toEqual(
      ['clone', 'build', 'test'].map((step) => `spiffe://example.org/ci/${step}`),
    )
    expect(signers?.map((one) => one?.time)).toEqual(
      Array.from({ length: 3 }, () => ({ evidence: 'witnessed', at: '2026-11-22T23:30:00Z', by: 'Waybill' })),
    )
    const { rows } = await listBuilds(viewer, { software: 'alpha', limit: 10 })
    expect(rows[0]?.signers).toEqual(['spiffe://example.org/ci/test'])
  })

  test('gives the same verdict again from its downloaded inputs', async () => {
    const { id } = await db.build.findFirstOrThrow({ where: { software: { name: 'Alpha' } } })
    const dir = mkdtempSync(join(tmpdir(), 'waybill-inputs-'))
    try {
      const { stream } = await buildInputs(viewer, id)
      await unpack(stream, dir)
      const [folder = ''] = readdirSync(dir)
      const at = (name: string) => join(dir, folder, name)
      const given = {
        layout: at('root.layout'),
        layoutKeys: readdirSync(at('keys')).map((name) => at(`keys/${name}`)),
        linkDir: at('links'),
        at: MONTHS_LATER.getTime(),
        params: null,
        intermediates: [at('intermediates.pem')],
        trustBundles: null,
        timeProofs: at('time-proofs.json'),
        runInspections: null,
        profile: 'strict',
        json: true,
      } as const
      expect(verifyFolder(given).verdict).toBe('allow')
      expect(verifyFolder({ ...given, timeProofs: null }).reasons[0]?.code).toBe('CERT_EXPIRED_NO_TIMESTAMP')
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  test('is not verified where the layout asks for another workload', async () => {
    const software = await softwareWith('Beta', 'root-wrongid.layout')
    const builds = await judge(software, SIGNED)
    expect(builds.length).toBeGreaterThan(0)
    expect(new Set(builds.map(({ verdict, code }) => `${verdict} ${code}`))).toEqual(new Set(['deny CERT_CONSTRAINT']))
  })
})

test('a link that comes after its SVID ended is not verified, and says why', async () => {
  const owner = makeKey('owner')
  const root = makeAuthority('root', 'example.org')
  const id = 'spiffe://example.org/ci/ship'
  const svid = makeSvid(root, id, { from: new Date('2026-11-22T20:00:00Z'), until: new Date('2026-11-22T21:00:00Z') })
  const steps = [{ name: 'ship', keys: [], products: ['CREATE *', 'DISALLOW *'] }]
  const layout = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps, readme: 'gamma' })
  layout.set('rootcas', authoritiesObject([root]))
  const found = layout.get('steps')
  const [step] = Array.isArray(found) ? found : []
  if (step instanceof Map) step.set('cert_constraints', [constraintObject({ uris: [id] })])
  const { slug } = await createSoftware(engineer, { name: 'Gamma' }, SIGNED)
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text: decodeUtf8(publicKeyFile(owner.key, 'legacy')) }] })
  const given = (path: string, bytes: Uint8Array, at: Date) =>
    bringIn(engineer, { via: 'page', title: path, at, files: [{ path, bytes }], delivery: { kind: 'handed-over' } })
  await given('gamma.layout', metablock(layout, [owner]), SIGNED)
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name: 'gamma' } })
  const software = await putInForce(engineer, slug, { versionId: version.id, parameters: null }, SIGNED)
  const link = linkDocument({ name: 'ship', products: { app: 'good' } })
  await given(`run/ship.${svid.keyid.slice(0, 8)}.link`, certifiedMetablock(link, [{ by: svid }]), SIGNED)
  const [late, ...more] = await judge(software, SIGNED)
  expect(more).toEqual([])
  expect(JSON.stringify(late)).toContain('CERT_EXPIRED_NO_TIMESTAMP')
  expect(JSON.stringify(late)).not.toContain('allow')
})
