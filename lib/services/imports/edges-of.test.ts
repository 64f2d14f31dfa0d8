import { describe, expect, test } from 'vitest'
import { jsonObject } from '#lib/crypto/index.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { edgesOf } from './edges-of.ts'

const ci = makeKey('ci')
const A = digestOf('a')

function subjects(...some: readonly (readonly [string, Record<string, string>])[]): string[] {
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: some.map(([name, digest]) => jsonObject({ name, digest: jsonObject(digest) })),
    predicateType: 'https://x.example/v1',
    predicate: jsonObject({}),
  })
  return edgesOf(parseEnvelope(dsse(statement, [ci]))).map(({ role, algo, name }) => `${role} ${algo} ${name}`)
}

describe('what joins artifacts', () => {
  test.each([
    ['sha256', A],
    ['sha512', 'ab'.repeat(64)],
    ['gitCommit', 'ab'.repeat(20)],
    ['gitCommit', 'ab'.repeat(32)],
  ])('a digest of %s', (algo, digest) => {
    expect(subjects(['app', { [algo]: digest }])).toEqual([`subject ${algo} app`])
  })

  test.each([
    ['sha1', 'ab'.repeat(20)],
    ['md5', 'ab'.repeat(16)],
    ['gitoid:sha1', `gitoid:blob:sha1:${'ab'.repeat(20)}`],
    ['gitoid:sha256', `gitoid:blob:sha256:${A}`],
    ['dirHash', A],
    ['sha256', 'ab'],
  ])('no digest of %s (%s)', (algo, digest) => {
    expect(subjects(['app', { [algo]: digest }])).toEqual([])
  })

  test.each([
    ['the empty file', 'sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['the empty file in capitals', 'sha256', 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'],
    [
      'the empty file',
      'sha512',
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    ],
    ["git's empty blob", 'gitCommit', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
    ["the empty blob's gitoid", 'sha256', '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813'],
  ])('not %s (%s)', (_, algo, digest) => {
    expect(subjects(['app', { [algo]: digest }])).toEqual([])
    expect(subjects(['app', { [algo]: digest }], ['other', { sha256: A }])).toEqual(['subject sha256 other'])
  })

  test('not the empty file of a link either: a step that makes one is tied to nobody by it', () => {
    const bytes = metablock(
      jsonObject({
        _type: 'link',
        name: 'touch',
        materials: jsonObject({}),
        products: jsonObject({
          empty: jsonObject({ sha256: digestOf('') }),
          full: jsonObject({ sha256: A }),
        }),
        byproducts: jsonObject({}),
        environment: jsonObject({}),
        command: [],
      }),
      [ci],
    )
    expect(edgesOf(parseEnvelope(bytes)).map(({ role, name }) => `${role} ${name}`)).toEqual(['product full'])
  })

  test.each([
    'mailto:jane@bank.example',
    'jane@bank.example',
    'jane@163.com',
    'refs/heads/main',
    'pkg:npm/left-pad@1.3.0',
    'https://github.example/bank/app',
    'https://witness.dev/attestations/git/v0.1/authoremail:jane@bank.example',
    'https://witness.testifysec.com/attestations/gitlab/v0.1/projecturl:https://gitlab.example/bank',
  ])('not the subject %s, which thousands share', (name) => {
    expect(subjects([name, { sha256: A }])).toEqual([])
  })

  test.each([
    ['dist/app.js', 'dist/app.js'],
    ['left-pad@1.3.0.tgz', 'left-pad@1.3.0.tgz'],
    ['example.com/mod@v1.2.3.zip', 'example.com/mod@v1.2.3.zip'],
    ['pkg:oci/app@sha256:00?repository_url=r.example', 'pkg:oci/app@sha256:00?repository_url=r.example'],
    ['https://witness.dev/attestations/product/v0.1/file:app', 'app'],
  ])('the subject %s, which is a file or an image', (name, shown) => {
    expect(subjects([name, { sha256: A }])).toEqual([`subject sha256 ${shown}`])
  })
})
