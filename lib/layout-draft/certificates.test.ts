import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeUtf8, encodeCanonicalJson, type JsonObject, parseJsonText } from '#lib/crypto/index.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'
import { authoritiesObject, makeAuthority, makeSvid } from '#lib/testing/authority/certificates.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import {
  addAuthority,
  addConstraint,
  addFunctionary,
  addStep,
  emptyLayout,
  equalJson,
  findIssues,
  removeAuthority,
  removeConstraint,
  setCommonName,
  setConstraintList,
  setThreshold,
  viewDraft,
} from './index.ts'

const AT = Date.parse('2026-11-23T00:00:00Z')
const BUILD = 'spiffe://example.org/ci/build'
const ref = { list: 'steps', index: 0 } as const
const root = makeAuthority('root', 'example.org')
const empty = addStep(emptyLayout('2027-01-01T00:00:00Z'), 'build')
const good = addAuthority(addConstraint(empty, ref, BUILD), 'rootcas', root.certificate)

const codes = (document: JsonObject) =>
  findIssues(viewDraft(document), AT)
    .map(({ code, severity }) => `${severity} ${code}`)
    .filter((line) => /CONSTRAINT|AUTHORITY|ROOT|SIGNERS|LAYOUT_INVALID/.test(line))

test('a workload may sign by its SPIFFE ID, and the engine reads what was drawn', () => {
  expect(codes(empty)).toEqual(['error NO_SIGNERS'])
  expect(codes(good)).toEqual([])
  const layout = parseLayoutDocument(good)
  expect(layout.complaints).toEqual([])
  expect(layout.steps[0]?.certConstraints).toEqual([
    { commonName: '*', dnsNames: ['*'], emails: ['*'], organizations: ['*'], roots: ['*'], uris: [BUILD] },
  ])
  expect([...layout.rootCas.values()].map(({ certificate }) => certificate.sha256)).toEqual([root.certificate.sha256])
})

test.each(['ecdsa-p256', 'ecdsa-p384', 'ed25519'] as const)(
  'an authority with %s is listed as in-toto-golang lists it',
  (kind) => {
    const authority = makeAuthority('root', 'example.org', null, { kind })
    const listed = addAuthority(empty, 'rootcas', authority.certificate).get('rootcas')
    const expected = authoritiesObject([{ ...authority, pem: `${authority.pem.trim()}\n` }])
    const text = (value: JsonObject) => decodeUtf8(encodeCanonicalJson(value))
    expect(listed instanceof Map ? text(listed) : null).toBe(text(expected))
  },
)

test('what in-toto-golang wrote is shown, and every other part of it stays as it was', () => {
  const path = join(import.meta.dirname, '../in-toto/vectors/real-spire.json')
  const { files } = z.object({ files: z.record(z.string(), z.string()) }).parse(JSON.parse(readFileSync(path, 'utf8')))
  const file = parseJsonText(files['root.layout'] ?? '')
  const document = file instanceof Map ? file.get('signed') : null
  if (!(document instanceof Map)) throw new Error('a layout')
  const view = viewDraft(document)
  expect(view.items[1]?.constraints[0]?.lists.uris).toEqual([BUILD])
  expect(view.authorities.map(({ list, certificate }) => [list, certificate?.isCa])).toEqual([['rootcas', true]])
  expect(codes(document).filter((line) => line.startsWith('error'))).toEqual([])
  const build = { list: 'steps', index: 1 } as const
  const changed = setConstraintList(document, build, 0, 'uris', ['spiffe://example.org/ci/other'])
  expect(equalJson(changed, document)).toBe(false)
  expect(equalJson(setConstraintList(changed, build, 0, 'uris', [BUILD]), document)).toBe(true)
  const authority = view.authorities[0]
  if (authority?.certificate == null) throw new Error('an authority')
  const without = removeAuthority(document, 'rootcas', authority.keyid)
  expect(viewDraft(without).authorities).toEqual([])
  // the key object that in-toto-golang made of the same certificate
  const again = viewDraft(addAuthority(without, 'rootcas', authority.certificate)).authorities
  expect(again.map(({ keyid }) => keyid)).toEqual([authority.keyid])
})

describe('what would never pass, or pass for too many, is said', () => {
  const list = (
    ...given: Parameters<typeof setConstraintList> extends [unknown, unknown, unknown, ...infer R] ? R : never
  ) => setConstraintList(good, ref, 0, ...given)

  test.each<[string, JsonObject, string[]]>([
    ['a pattern', list('uris', ['spiffe://example.org/*']), ['error CONSTRAINT_URI']],
    ['a trust domain', list('uris', ['spiffe://example.org']), ['error CONSTRAINT_URI']],
    ['no SPIFFE ID', list('uris', ['spiffe://Example.org/x']), ['error CONSTRAINT_URI']],
    ['two in one', list('uris', [BUILD, 'spiffe://example.org/b']), ['error CONSTRAINT_NEVER']],
    ['a star beside another', list('dns_names', ['*', 'a.example']), ['error CONSTRAINT_STAR']],
    ['any workload', list('uris', ['*']), ['warning CONSTRAINT_ANY']],
    ['no organization', list('organizations', []), ['warning CONSTRAINT_NEVER']],
    ['another root', list('roots', ['ab']), ['error CONSTRAINT_ROOTS']],
    ['no root named', addConstraint(empty, ref, BUILD), ['warning NO_ROOTS']],
    [
      'a workload for a root',
      addAuthority(good, 'rootcas', makeSvid(root, BUILD).certificate),
      ['error AUTHORITY_UNREADABLE'],
    ],
    [
      'a root that ends first',
      addAuthority(
        good,
        'rootcas',
        makeAuthority('r', 'example.org', null, { until: new Date('2026-12-01T00:00:00Z') }).certificate,
      ),
      ['warning ROOT_ENDS'],
    ],
    ['two workloads', setThreshold(good, ref, 2), ['warning CONSTRAINT_MIXED']],
    [
      'keys and certificates',
      setThreshold(addFunctionary(good, ref, makeKey('k').key), ref, 2),
      ['warning CONSTRAINT_MIXED'],
    ],
  ])('%s', (_, document, expected) => {
    for (const code of expected) expect(codes(document)).toContain(code)
  })

  test('nothing at all is the worst, and is taken away with one click', () => {
    const lists = ['uris', 'dns_names', 'emails', 'organizations'] as const
    const bare = lists.reduce(
      (document, name) => setConstraintList(document, ref, 0, name, []),
      setCommonName(good, ref, 0, ''),
    )
    const [issue] = findIssues(viewDraft(bare), AT).filter(({ code }) => code === 'CONSTRAINT_EMPTY')
    expect(issue?.severity).toBe('error')
    const fixed = issue?.fix?.apply(bare) ?? bare
    const [step] = [fixed.get('steps')].flat()
    expect(step instanceof Map && step.has('cert_constraints')).toBe(false)
  })
})

test('a constraint that is not there changes nothing', () => {
  expect(removeConstraint(good, ref, 3)).toBe(good)
  expect(removeAuthority(good, 'intermediatecas', 'ab')).toBe(good)
  expect(viewDraft(setConstraintList(good, ref, 3, 'uris', ['x'])).items[0]?.constraints).toHaveLength(1)
})
