import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { layoutDocument, linkDocument, type StepSpec } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { summaryDocument } from '#lib/testing/authority/verifications.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { judged, type People, people, softwareWith } from '#lib/testing/judged-software.ts'
import { getBuild } from '../builds/get.ts'
import { putInForce } from '../software/put-in-force.ts'

useDatabase()

const AT = new Date('2026-12-01T00:00:00Z')

let who: People
beforeAll(async () => {
  who = await people()
})

describe('a verification summary stands for the step that asks for its verifier and policy', () => {
  const builder = makeKey('builder')
  const verifier = makeKey('verifier')
  const shipper = makeKey('shipper')
  const sha256 = 'cd'.repeat(32)
  const recorded = (name: string) => new Map([[name, new Map([['sha256', sha256]])]])
  const id = 'https://verifier.example'
  const form = `vsa ${id} https://policies.example/release`
  const summary = (result: 'PASSED' | 'FAILED', policy = 'https://policies.example/release') =>
    summaryDocument({ subjects: [{ name: 'app', sha256 }], verifier: id, result, at: AT, policy: { uri: policy } })

  async function releasing(name: string, document: JsonObject, signer = verifier) {
    const match = ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *']
    const steps: StepSpec[] = [
      { name: 'build', keys: [builder.key], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'review', keys: [verifier.key], materials: match, products: ['DISALLOW *'] },
      { name: 'ship', keys: [shipper.key], materials: match },
    ]
    const layout = layoutDocument({ expires: new Date('2060-01-01T00:00:00Z'), steps, readme: name })
    const built = linkDocument({ name: 'build' })
    built.set('products', recorded('app'))
    const shipped = linkDocument({ name: 'ship', products: { release: name } })
    shipped.set('materials', recorded('app'))
    const files = {
      [linkFileName('build', builder)]: metablock(built, [builder]),
      'review.json': dsse(document, [signer]),
      [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
    }
    return softwareWith(who, { name, layout, files, at: AT })
  }

  test('found among the evidence by what it is about, and shown as a verification as before', async () => {
    const given = await releasing('summarised', summary('PASSED'))
    expect(await judged(who, given, {}, AT)).toMatchObject({ verdict: 'cannot-tell' })
    const allowed = await judged(who, given, { forms: { review: form } }, AT)
    expect(allowed).toMatchObject({ verdict: 'allow', code: null })
    const { report } = await getBuild(who.engineer, allowed.build)
    expect(report?.steps.map(({ name, counted }) => [name, counted[0]?.kind])).toEqual([
      ['build', 'link'],
      ['review', 'statement'],
      ['ship', 'link'],
    ])
    expect(await db.verification.count({ where: { verifier: id, result: 'passed' } })).toBeGreaterThan(0)
    expect(await judged(who, given, { forms: { review: `${form} SLSA_BUILD_LEVEL_3` } }, AT)).not.toMatchObject({
      verdict: 'allow',
    })
  })

  test.each<[string, JsonObject, TestKey]>([
    ['that failed', summary('FAILED'), verifier],
    ['under another policy', summary('PASSED', 'https://policies.example/draft'), verifier],
    ['that somebody else signed in his name', summary('PASSED'), builder],
  ])('not one %s', async (name, document, signer) => {
    const given = await releasing(`summary ${name}`.replaceAll(' ', '-'), document, signer)
    expect((await judged(who, given, { forms: { review: form } }, AT)).verdict).not.toBe('allow')
  })

  test('and two steps that ask the same verifier at two levels are refused', async () => {
    const given = await releasing('summary-twice', summary('PASSED'))
    const forms = { review: form, ship: `${form} SLSA_BUILD_LEVEL_1` }
    await expect(putInForce(who.engineer, given.slug, { versionId: given.versionId, forms }, AT)).rejects.toThrow(
      /one document would serve both/,
    )
  })
})
