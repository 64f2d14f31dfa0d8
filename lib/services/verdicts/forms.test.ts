import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { jsonObject, type Key, parseJson, parsePublicKeyPem, toBase64, utf8 } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { readDocument } from '#lib/in-toto/index.ts'
import { recordOf } from '#lib/in-toto/verify/step-form.ts'
import {
  authoritiesObject,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '#lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument, type StepSpec } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { hasOpenssl, makeTimestampAuthority, makeTimestampRoot, stamp } from '#lib/testing/authority/timestamps.ts'
import { useDatabase } from '#lib/testing/database.ts'
import {
  type Binding,
  bring,
  type Given,
  judged as judgedBy,
  type People,
  people,
  softwareWith as softwareOf,
} from '#lib/testing/judged-software.ts'
import { getBuild } from '../builds/get.ts'
import { putInForce } from '../software/put-in-force.ts'
import { judgeSoftwareJob } from './judge-software.ts'

useDatabase()

type Json = ReturnType<typeof layoutDocument>

const folder = join(import.meta.dirname, '../../in-toto/vectors/real-witness')
const real = (name: string) => new Uint8Array(readFileSync(join(folder, name)))
const witness: Key = parsePublicKeyPem(readFileSync(join(folder, 'k.pub'), 'utf8'))
const WITNESS = { build: 'witness-collection', test: 'witness-collection' }
const AT = new Date('2026-12-01T00:00:00Z')

let who: People
beforeAll(async () => {
  who = await people()
})

const softwareWith = (name: string, layout: Json, files: Record<string, Uint8Array>, at = AT) =>
  softwareOf(who, { name, layout, files, at })
const judged = (given: Given, binding: Binding, at = AT) => judgedBy(who, given, binding, at)

/** What two real Witness collections recorded, and a last step that takes what they made. */
function witnessChain(name: string) {
  const shipper = makeKey('shipper')
  const document = readDocument('build.json', real('build.json'))
  if (!('envelope' in document) || document.envelope.kind !== 'statement') throw new Error('a statement')
  const { products } = recordOf(document.envelope.document)
  const digests = new Map([...products].map(([path, found]) => [path, new Map(Object.entries(found))]))
  const shipped = linkDocument({ name: 'ship', products: { release: name } })
  shipped.set('materials', digests)
  const rules = ['MATCH app WITH PRODUCTS FROM build', 'MATCH * WITH MATERIALS FROM build', 'DISALLOW *']
  const steps: StepSpec[] = [
    {
      name: 'build',
      keys: [witness],
      command: ['make'],
      materials: ['ALLOW *'],
      products: ['CREATE app', 'DISALLOW *'],
    },
    { name: 'test', keys: [witness], materials: rules, products: ['DISALLOW *'] },
    { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
  ]
  const layout = layoutDocument({ expires: new Date('2060-01-01T00:00:00Z'), steps, readme: name })
  const files = {
    'build.json': real('build.json'),
    'test.json': real('test.json'),
    [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
  }
  return { layout, files }
}

describe('collections that a real Witness signed', () => {
  let given: Given
  beforeAll(async () => {
    const { layout, files } = witnessChain('witnessed')
    given = await softwareWith('witnessed', layout, files)
  })

  test('do not count where links are asked for, and the page says so', async () => {
    const { build, verdict, code } = await judged(given, {})
    expect({ verdict, code }).toEqual({ verdict: 'cannot-tell', code: 'UNSUPPORTED' })
    const { report, explanation } = await getBuild(who.engineer, build)
    expect(report?.reasons[0]?.message).toMatch(/It is a statement .*collection.*, not a link or a sublayout/)
    expect(explanation?.fixes.map(({ id }) => id)).toContain('choose-form')
  })

  test('are verified where the binding asks for that form, and judged anew with it', async () => {
    const allowed = await judged(given, { forms: WITNESS })
    expect(allowed).toMatchObject({ verdict: 'allow', code: null })
    const { report, explanation } = await getBuild(who.engineer, allowed.build)
    expect(report?.steps.map(({ name, counted }) => [name, counted[0]?.command])).toEqual([
      ['build', ['make']],
      ['test', ['sh', '-c', 'test -s app']],
      ['ship', []],
    ])
    expect(JSON.stringify(explanation?.fixes)).toContain('--form build=witness-collection test=witness-collection')
    expect(await judged(given, { forms: { build: 'witness-collection' } })).toMatchObject({ code: 'UNSUPPORTED' })
    expect(await judged(given, { forms: { ...WITNESS, test: 'test-result' } })).not.toMatchObject({ verdict: 'allow' })
    const audit = await db.auditEntry.findFirstOrThrow({
      where: { act: 'layout.put-in-force' },
      orderBy: { seq: 'desc' },
    })
    expect(audit.detail).toMatchObject({ forms: { ...WITNESS, test: 'test-result' }, timestampRoots: [] })
  })

  test.each<[string, Binding, RegExp]>([
    ['a form that there is not', { forms: { build: 'witness' } }, /is none: expected link,/],
    ['provenance without a builder', { forms: { build: 'slsa-provenance' } }, /slsa-provenance BUILDER BUILDTYPE/],
    ['a step that there is not', { forms: { bild: 'link' } }, /no such step/],
    ['one document for two steps', { forms: { build: 'test-result', test: 'test-result' } }, /would serve both/],
    ['roots that are none', { timestampRoots: 'hello' }, /certificates of time stamp authorities/],
  ])('%s is refused when the layout is put in force', async (_, binding, message) => {
    const { slug, versionId } = given
    await expect(putInForce(who.engineer, slug, { versionId, ...binding }, AT)).rejects.toThrow(message)
  })
})

test('provenance stands for the step whose builder and build type it names, and for no other', async () => {
  const builder = makeKey('builder')
  const provenance = (id: string) => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'app', digest: { sha256: 'ab'.repeat(32) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: { buildType: 'https://build.example/v1', externalParameters: {}, resolvedDependencies: [] },
        runDetails: { builder: { id } },
      },
    }
    const value = parseJson(utf8(JSON.stringify(statement)))
    return dsse(value instanceof Map ? value : jsonObject({}), [builder])
  }
  const steps: StepSpec[] = [{ name: 'build', keys: [builder.key], products: ['CREATE app', 'DISALLOW *'] }]
  const layout = layoutDocument({ expires: new Date('2060-01-01T00:00:00Z'), steps, readme: 'prov' })
  const good = await softwareWith('prov', layout, { 'a.json': provenance('https://ci.example') })
  const form = 'slsa-provenance https://ci.example https://build.example/v1'
  expect(await judged(good, { forms: { build: form } })).toMatchObject({ verdict: 'allow' })
  await bring(who, 'prov-other', { 'b.json': provenance('https://laptop.example') }, AT)
  await judgeSoftwareJob({ softwareId: good.id }, AT)
  // what another builder made starts no build
  expect(await db.build.count({ where: { softwareId: good.id } })).toBe(1)
})

describe('time stamps in signatures', () => {
  if (!hasOpenssl) {
    test.skip('tokens by OpenSSL (skipped without openssl)', () => undefined)
    return
  }
  const ALWAYS = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2049-01-01T00:00:00Z') }
  const LATER = new Date('2048-06-01T00:00:00Z')
  const root = makeAuthority('stamped root', 'stamped.example', null, ALWAYS)
  const id = 'spiffe://stamped.example/ci/build'
  const svid = makeSvid(root, id, { ...ALWAYS, until: new Date('2048-01-01T00:00:00Z') })
  const stamps = makeTimestampRoot('stamps')
  const tsa = makeTimestampAuthority(stamps)

  function collection(holder: TestCertificate): Uint8Array {
    const attested = (kind: string, attestation: unknown) => ({
      type: `https://witness.dev/attestations/${kind}/v0.1`,
      attestation,
    })
    const statement = {
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [],
      predicateType: 'https://witness.testifysec.com/attestation-collection/v0.1',
      predicate: {
        name: 'build',
        attestations: [attested('material', {}), attested('product', { app: { digest: { sha256: 'a'.repeat(64) } } })],
      },
    }
    const value = parseJson(utf8(JSON.stringify(statement)))
    const signed = dsse(value instanceof Map ? value : jsonObject({}), [holder.key])
    const envelope = JSON.parse(Buffer.from(signed).toString())
    const [signature] = envelope.signatures
    signature.certificate = toBase64(utf8(holder.pem))
    const token = stamp(new Uint8Array(Buffer.from(signature.sig, 'base64')), tsa)
    signature.timestamps = [{ type: 'tsp', data: toBase64(token) }]
    return utf8(JSON.stringify(envelope))
  }

  test('count by the authorities that the binding names, after the certificate has ended, and by no others', async () => {
    const shipper = makeKey('shipper')
    const steps: StepSpec[] = [
      { name: 'build', keys: [], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
    ]
    const layout = layoutDocument({ expires: new Date('2060-01-01T00:00:00Z'), steps, readme: 'stamped' })
    layout.set('rootcas', authoritiesObject([root]))
    layout.set('intermediatecas', new Map())
    const [step] = [layout.get('steps')].flat()
    if (step instanceof Map) step.set('cert_constraints', [constraintObject({ uris: [id] })])
    const shipped = linkDocument({ name: 'ship', products: { release: 'stamped' } })
    shipped.set('materials', new Map([['app', new Map([['sha256', 'a'.repeat(64)]])]]))
    const files = {
      'build.json': collection(svid),
      [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
    }
    const given = await softwareWith('stamped', layout, files, LATER)
    const forms = { build: 'witness-collection' }
    const late = { verdict: 'cannot-tell', code: 'CERT_EXPIRED_NO_TIMESTAMP' }
    expect(await judged(given, { forms }, LATER)).toMatchObject(late)
    expect(await judged(given, { forms, timestampRoots: root.pem }, LATER)).toMatchObject(late)
    const allowed = await judged(given, { forms, timestampRoots: stamps.pem }, LATER)
    expect(allowed).toMatchObject({ verdict: 'allow' })
    const { report } = await getBuild(who.engineer, allowed.build)
    expect(report?.steps[0]?.counted[0]?.signer.certificate?.time).toMatchObject({ evidence: 'timestamped' })
  })
})
