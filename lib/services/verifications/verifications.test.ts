// Longer than most: every way in which a verification made elsewhere comes, is signed, shown and withdrawn, over one
// store.
import { beforeEach, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import type { VerificationRow } from '#lib/contract/verifications.ts'
import { type JsonObject, jsonObject, utf8 } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { type SummarySpec, summaryDocument } from '#lib/testing/authority/verifications.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { bringIn } from '../imports/bring-in.ts'
import { declareVerifier } from '../verifiers/declare.ts'
import { listVerifiers } from '../verifiers/list.ts'
import { removeVerifier } from '../verifiers/remove.ts'
import { attentionOfArtifact } from './attention.ts'
import { checkVerifications } from './check.ts'
import { listVerifications } from './list.ts'

useDatabase()
const actor = systemActor('test')
const gate = makeKey('gate')
const other = makeKey('other', 'ecdsa-p256')
const ID = 'https://bank.example/gate'
const A = 'a1'.repeat(32)
const B = 'b2'.repeat(32)
const HOUR = 3_600_000
const NOON = new Date('2026-06-01T12:00:00Z')
const hours = (n: number) => new Date(NOON.getTime() + n * HOUR)

beforeEach(async () => {
  await db.envelope.deleteMany()
  await db.verifier.deleteMany()
  await db.publicKey.deleteMany()
})

const spec = (change: Partial<SummarySpec> = {}): SummarySpec => ({
  subjects: [{ name: 'app', sha256: A }],
  verifier: ID,
  result: 'FAILED',
  at: NOON,
  ...change,
})

/** Brings a summary in as every push comes in; received a day later unless said. */
async function bring(change: Partial<SummarySpec>, signers: readonly TestKey[] = [gate], at = hours(24)) {
  return push(dsse(summaryDocument(spec(change)), signers), at)
}

async function push(bytes: Uint8Array, at = hours(24), path = 'x.json') {
  const delivery = { kind: 'loose' } as const
  const { files } = await bringIn(actor, {
    via: 'api',
    title: 't',
    at,
    delivery,
    files: [{ path, bytes }],
    meant: true,
  })
  return files[0]
}

const declare = (key: TestKey = gate, verifierId = ID, name = 'Release gate') =>
  declareVerifier(actor, { name, verifierId, keys: [{ text: key.key.pem ?? '', name: 'gate.pem' }] })

const attention = (digest = A) => attentionOfArtifact({ algo: 'sha256', digest: Buffer.from(digest, 'hex') })

async function rows(show: 'standing' | 'failed' | 'passed' | 'all' = 'all'): Promise<VerificationRow[]> {
  return (await listVerifications(actor, { show, limit: 50 })).rows
}

describe('who decided', () => {
  test('a failure signed by the declared verifier raises attention, and says who, when, under what and what for', async () => {
    await declare()
    expect(await bring({ policy: { uri: 'https://bank.example/p', sha256: B }, resource: 'oci://app' })).toMatchObject({
      kind: 'statement',
      fate: 'stored',
    })
    expect(await attention()).toBe('failed')
    const [row, ...more] = await rows()
    expect(more).toEqual([])
    expect(row).toMatchObject({
      result: 'failed',
      standing: true,
      supersededBy: null,
      verifier: ID,
      policy: { uri: 'https://bank.example/p', digest: `sha256:${B}` },
      resource: 'oci://app',
      statedAt: NOON.toISOString(),
      receivedAt: hours(24).toISOString(),
      signature: { signer: 'declared', verifier: 'Release gate', key: { name: 'gate.pem' } },
      subjects: [{ algo: 'sha256', digest: A, name: 'app' }],
      subjectsTotal: 1,
      gaps: [],
    })
  })

  test('the name alone is a claim: each way of not being signed by the verifier is told apart', async () => {
    await declare()
    await bring({ at: hours(1) }, [])
    await bring({ at: hours(2) }, [other])
    const bytes = dsse(summaryDocument(spec({ at: hours(3) })), [gate])
    const forged = new TextDecoder().decode(bytes).replace(/"sig":"[^"]{8}/, '"sig":"AAAAAAAA')
    await push(utf8(forged))
    await bring({ at: hours(4), verifier: 'https://else.example' })
    expect((await rows()).map(({ signature, statedAt }) => [statedAt?.slice(11, 13), signature.signer])).toEqual([
      ['16', 'other-key'],
      ['15', 'not-valid'],
      ['14', 'unknown-key'],
      ['13', 'unsigned'],
    ])
    expect(await attention()).toBe('claimed')
  })

  test('a key that is declared for one verifier speaks for no other', async () => {
    await declare(other, 'https://else.example', 'Else')
    await bring({}, [other])
    expect((await rows())[0]?.signature).toMatchObject({ signer: 'other-key', verifier: null })
    expect(await attention()).toBe('claimed')
  })

  test('what came before its verifier was declared is checked again, and again when he is removed', async () => {
    await bring({})
    expect((await rows())[0]?.signature.signer).toBe('unknown-key')
    const { id } = await declare()
    await checkVerifications({ of: { verifier: ID } })
    expect(await attention()).toBe('failed')
    expect(await listVerifiers(actor)).toMatchObject([{ id, verifications: 1, lastAt: hours(24).toISOString() }])
    await removeVerifier(actor, id)
    expect(await attention()).toBe('claimed')
    await checkVerifications({ of: { all: true } })
    expect((await rows())[0]?.signature).toMatchObject({
      signer: 'other-key',
      verifier: null,
      key: { name: 'gate.pem' },
    })
  })

  test('a key that becomes known later names who signed, and makes nobody a verifier', async () => {
    await bring({})
    await push(utf8(gate.key.pem ?? ''), hours(25), 'keys/gate.pub')
    const job = await db.job.findFirstOrThrow({ where: { name: 'check-verifications' }, orderBy: { id: 'desc' } })
    expect(job.payload).toMatchObject({ of: { keyids: expect.arrayContaining([gate.keyid]) } })
    await checkVerifications({ of: { keyids: [gate.keyid] } })
    expect((await rows())[0]?.signature).toMatchObject({ signer: 'other-key', key: { name: 'gate.pub' } })
    expect(await attention()).toBe('claimed')
  })

  test('one key cannot be two verifiers of one name, a private key none, and people who may not are refused', async () => {
    await declare()
    await expect(declare()).rejects.toThrow(/signs for .* already, as Release gate/)
    await expect(
      declareVerifier(actor, { name: 'x', verifierId: 'y', keys: [{ text: gate.privatePem(), name: 'k' }] }),
    ).rejects.toThrow(/private key/)
    const developer = { ...actor, kind: 'user', role: 'developer' } as const
    await expect(
      declareVerifier(developer, { name: 'x', verifierId: 'y', keys: [{ text: other.key.pem ?? '', name: 'k' }] }),
    ).rejects.toThrow(/engineer or admin/)
    expect(await db.verifier.count()).toBe(1)
    expect(await db.auditEntry.count({ where: { act: 'verifier.declare' } })).toBeGreaterThan(0)
  })
})

describe('what a failure is taken back by', () => {
  beforeEach(async () => {
    await declare()
    await declare(other, ID, 'Other gate')
  })

  test('a later PASSED of the same verifier, policy and resource about the same digest; both stay in the history', async () => {
    await bring({})
    await bring({ result: 'PASSED', at: hours(1) })
    expect(await attention()).toBeNull()
    const [passed, failed] = await rows()
    expect(passed).toMatchObject({ result: 'passed', standing: false, supersededBy: null })
    expect(failed).toMatchObject({
      result: 'failed',
      standing: false,
      supersededBy: { envelope: passed?.envelope, statedAt: hours(1).toISOString() },
    })
    expect(await rows('standing')).toEqual([])
  })

  test.each<[string, Partial<SummarySpec>, TestKey[]?]>([
    ['one of the same time', { at: NOON }],
    ['an older one, sent again', { at: hours(-1) }],
    ['one dated after it was received', { at: hours(48) }],
    ['one under another policy', { at: hours(1), policy: { uri: 'https://bank.example/other' } }],
    [
      'one under the policy with other contents',
      { at: hours(1), policy: { uri: spec().policy?.uri ?? '', sha256: B } },
    ],
    ['one for another place', { at: hours(1), resource: 'oci://elsewhere' }],
    ['one about another artifact', { at: hours(1), subjects: [{ name: 'app', sha256: B }] }],
    ['one of another verifier of the same name', { at: hours(1) }, [other]],
    ['one that names somebody else', { at: hours(1), verifier: 'https://else.example' }],
    ['one that nobody signed', { at: hours(1) }, []],
    ['one that an unknown key signed', { at: hours(1) }, [makeKey('mallory')]],
  ])('not by %s', async (_, change, signers) => {
    await bring({})
    await bring({ ...change, result: 'PASSED' }, signers)
    expect(await attention()).toBe('failed')
  })

  test('a PASSED that no longer counts, because its verifier was removed, gives the failure back', async () => {
    await bring({})
    await bring({ result: 'PASSED', at: hours(1) })
    const [first] = (await listVerifiers(actor)).filter(({ name }) => name === 'Release gate')
    await removeVerifier(actor, first?.id ?? '')
    expect(await attention()).toBe('claimed')
  })

  test('of two artifacts that failed only the one that passed later is cleared', async () => {
    const both = [
      { name: 'a', sha256: A },
      { name: 'b', sha256: B },
    ]
    await bring({ subjects: both, resource: 'r' })
    await bring({ subjects: [{ name: 'a', sha256: A }], resource: 'r', result: 'PASSED', at: hours(1) })
    expect([await attention(A), await attention(B)]).toEqual([null, 'failed'])
    expect((await rows('failed'))[0]).toMatchObject({ standing: true, supersededBy: null })
  })

  test('a newer failure stands again, and the order of arrival changes nothing', async () => {
    await bring({ at: hours(2) })
    await bring({ result: 'PASSED', at: hours(1) })
    await bring({ at: NOON })
    expect(await attention()).toBe('failed')
    expect((await rows('standing')).map(({ statedAt }) => statedAt)).toEqual([hours(2).toISOString()])
  })

  test('what states no policy is taken back by nothing', async () => {
    for (const result of ['FAILED', 'PASSED'] as const) {
      const document = summaryDocument(spec({ result, at: hours(result === 'FAILED' ? 0 : 1) }))
      const predicate = document.get('predicate')
      if (predicate instanceof Map) predicate.delete('policy')
      await push(dsse(document, [gate]))
    }
    expect(await attention()).toBe('failed')
  })

  test('a claim of nobody is taken back by nobody', async () => {
    await bring({}, [makeKey('mallory')])
    await bring({ result: 'PASSED', at: hours(1) })
    expect(await attention()).toBe('claimed')
  })
})

describe('the same again', () => {
  test('the same bytes, the same words in other envelopes: one verification', async () => {
    await declare()
    const document = summaryDocument(spec())
    const bytes = dsse(document, [gate])
    await push(bytes)
    expect(await push(bytes, hours(30))).toMatchObject({ fate: 'known' })
    await push(utf8(` ${new TextDecoder().decode(bytes)}`), hours(31))
    await push(dsse(document, []), hours(32))
    expect(await rows()).toHaveLength(1)
    expect(await rows()).toMatchObject([{ signature: { signer: 'declared' }, receivedAt: hours(24).toISOString() }])
  })

  test('a failure that was taken back is not raised again by a copy without its signature', async () => {
    await declare()
    await bring({})
    await bring({ result: 'PASSED', at: hours(1) })
    await push(dsse(summaryDocument(spec()), []), hours(30))
    expect(await attention()).toBeNull()
  })
})

describe('good news from elsewhere', () => {
  test('PASSED raises nothing and clears nothing of others', async () => {
    await declare()
    await bring({ result: 'PASSED' })
    expect(await attention()).toBeNull()
    expect(await rows('standing')).toEqual([])
  })

  test('neither PASSED nor FAILED is shown and is neither', async () => {
    await declare()
    const document = summaryDocument(spec())
    const predicate = document.get('predicate')
    if (predicate instanceof Map) predicate.set('verificationResult', 'failed')
    await push(dsse(document, [gate]))
    const [row] = await rows()
    expect(row).toMatchObject({ result: 'unknown', standing: false })
    expect(row?.gaps[0]).toMatch(/PASSED or FAILED/)
    expect(await attention()).toBeNull()
  })
})

describe('what a verification is about', () => {
  const EMPTY = sha256Hex(new Uint8Array())

  test('digests that everybody has, and names that thousands share, join nothing', async () => {
    await bring({
      subjects: [
        { name: 'empty', sha256: EMPTY },
        { name: 'mailto:dev@bank.example', sha256: A },
        { name: 'refs/heads/main', sha256: B },
        { name: 'dev@bank.example', sha256: B },
      ],
    })
    expect(await db.verificationSubject.count()).toBe(0)
    expect((await rows())[0]?.gaps.join()).toMatch(/None of its subjects/)
    expect([await attention(A), await attention(EMPTY)]).toEqual([null, null])
  })

  test('a summary is about its subjects also where they are addresses', async () => {
    await bring({ subjects: [{ name: 'https://bank.example/app-1.0.tar.gz', sha256: A }] })
    await bring({ subjects: [{ name: 'pkg:npm/app@1.0', sha256: B }] })
    expect([await attention(A), await attention(B)]).toEqual(['claimed', 'claimed'])
  })

  test('a Witness policy verification: its artifacts, not its policy, nor the files of other attestors that are hubs', async () => {
    const summary = summaryDocument(spec({ verifier: 'witness' })).get('predicate') ?? null
    const subject = (name: string, sha256: string) => jsonObject({ name, digest: jsonObject({ sha256 }) })
    const policy = 'c3'.repeat(32)
    const document: JsonObject = jsonObject({
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [
        subject(`https://slsa.dev/verification_summary/v1/artifact:${A}`, A),
        subject('https://slsa.dev/verification_summary/v1/policy:https://witness.testifysec.com/policy/v0.1', policy),
        subject('https://witness.dev/attestations/git/v0.1/authoremail:dev@bank.example', B),
      ],
      predicateType: 'https://witness.testifysec.com/attestation-collection/v0.1',
      predicate: jsonObject({
        name: 'verify',
        attestations: [jsonObject({ type: 'https://slsa.dev/verification_summary/v1', attestation: summary })],
      }),
    })
    await declare(gate, 'witness', 'Witness of the payments team')
    await push(dsse(document, [gate]))
    expect(await rows()).toMatchObject([
      { kind: 'witness', subjects: [{ digest: A }], signature: { verifier: 'Witness of the payments team' } },
    ])
    expect([await attention(A), await attention(B), await attention(policy)]).toEqual(['failed', null, null])
  })
})

test('of a document that holds too many verifications those that failed are kept, and it says so', async () => {
  await declare(gate, 'witness', 'Witness')
  const attestation = (result: 'PASSED' | 'FAILED') =>
    jsonObject({
      type: 'https://slsa.dev/verification_summary/v1',
      attestation: summaryDocument(spec({ verifier: 'witness', result })).get('predicate') ?? null,
    })
  const document = jsonObject({
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [jsonObject({ name: 'app', digest: jsonObject({ sha256: A }) })],
    predicateType: 'https://witness.testifysec.com/attestation-collection/v0.1',
    predicate: jsonObject({
      name: 'verify',
      attestations: [...Array.from({ length: 1_000 }, () => attestation('PASSED')), attestation('FAILED')],
    }),
  })
  await push(dsse(document, [gate]))
  expect(await db.verification.count()).toBe(1_000)
  expect(await attention()).toBe('failed')
  expect((await rows('failed'))[0]?.gaps).toContain(
    'The document holds 1001 verifications; 1000 are listed, those that failed first.',
  )
})

test('the list is walked page after page without holes, whatever arrives at the same time', async () => {
  for (let n = 0; n < 7; n++) await bring({ at: hours(n / 10) }, [], hours(n < 4 ? 24 : 25))
  const seen: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await listVerifications(actor, { show: 'all', limit: 2, ...(after === undefined ? {} : { after }) })
    expect(page.total).toBe(7)
    seen.push(...page.rows.map(({ envelope }) => envelope))
    if (page.next === null) break
    after = page.next
  }
  expect(new Set(seen).size).toBe(7)
  expect(seen).toHaveLength(7)
  await expect(listVerifications(actor, { show: 'all', limit: 2, after: 'x' })).rejects.toThrow(/next/)
})

test('everything that came before there was a list is found by one pass', async () => {
  await bring({})
  await db.verification.deleteMany()
  await db.verificationSubject.deleteMany()
  await checkVerifications({ of: { all: true } })
  await checkVerifications({ of: { all: true } })
  expect(await attention()).toBe('claimed')
  expect(await rows()).toHaveLength(1)
})
