import { describe, expect, test } from 'vitest'
import { makeAuthority, makeSvid } from '#lib/testing/authority/certificates.ts'
import { writeDer } from './der.ts'
import { utf8, validatePath } from './index.ts'
import { verifyCertificate } from './node/index.ts'

const URI = 0x86
const DNS = 0x82
const PERMITTED = 0xa0
const EXCLUDED = 0xa1

const subtrees = (tag: number, names: readonly string[], kind = URI) =>
  writeDer(tag, ...names.map((name) => writeDer(0x30, writeDer(kind, utf8(name)))))

const root = makeAuthority('root', null)

/** What a chain comes to whose issuer has these constraints. */
function judge(parts: readonly Uint8Array[], uris: readonly string[], critical = true): string {
  const value = writeDer(0x30, ...parts)
  const issuer = makeAuthority('issuer', null, root, { others: [{ oid: '2.5.29.30', critical, value }] })
  const answer = validatePath({
    leaf: makeSvid(issuer, '', { uris }).certificate,
    intermediates: [issuer.certificate],
    roots: [root.certificate],
    at: Date.parse('2026-06-01T00:00:00Z'),
    verify: verifyCertificate,
  })
  return answer.valid ? 'valid' : answer.code
}

describe('name constraints on URIs', () => {
  test.each<[string, readonly string[], string, string]>([
    ['the host itself', ['example.org'], 'spiffe://example.org/a', 'valid'],
    ['one of several', ['other.test', 'example.org'], 'spiffe://example.org/a', 'valid'],
    ['in any letter case', ['Example.ORG'], 'https://EXAMPLE.org/a', 'valid'],
    ['a host below, which is another host', ['example.org'], 'spiffe://a.example.org/a', 'NAME_CONSTRAINT'],
    ['a host below a domain', ['.example.org'], 'spiffe://a.example.org/a', 'valid'],
    ['the domain itself, which is not below it', ['.example.org'], 'spiffe://example.org/a', 'NAME_CONSTRAINT'],
    ['a host that only ends alike', ['.example.org'], 'spiffe://badexample.org/a', 'NAME_CONSTRAINT'],
    ['a longer host that ends otherwise', ['.a.b'], 'spiffe://something.else/a', 'NAME_CONSTRAINT'],
    ['with port and user', ['example.org'], 'https://user@example.org:443/a', 'valid'],
    ['a user that looks like the host', ['example.org'], 'https://example.org@evil.test/a', 'NAME_CONSTRAINT'],
    ['a path that looks like the host', ['example.org'], 'https://evil.test/@example.org', 'NAME_CONSTRAINT'],
    ['a URI without host', ['example.org'], 'urn:example.org', 'NAME_CONSTRAINT'],
    ['an empty host', ['example.org'], 'spiffe:///a', 'NAME_CONSTRAINT'],
  ])('permitted: %s', (_, names, uri, answer) => {
    expect(judge([subtrees(PERMITTED, names)], [uri])).toBe(answer)
  })

  test.each<[string, readonly string[], string, string]>([
    ['the host itself', ['example.org'], 'spiffe://example.org/a', 'NAME_CONSTRAINT'],
    ['a host below it', ['example.org'], 'spiffe://a.example.org/a', 'NAME_CONSTRAINT'],
    ['a host below a domain', ['.example.org'], 'spiffe://a.example.org/a', 'NAME_CONSTRAINT'],
    ['one of several', ['other.test', 'example.org'], 'spiffe://example.org/a', 'NAME_CONSTRAINT'],
    ['another host', ['other.test'], 'spiffe://example.org/a', 'valid'],
    ['a URI without host', ['other.test'], 'urn:a', 'NAME_CONSTRAINT'],
  ])('excluded: %s', (_, names, uri, answer) => {
    expect(judge([subtrees(EXCLUDED, names)], [uri])).toBe(answer)
  })

  test('an excluded name outweighs a permitted one', () => {
    const both = [subtrees(PERMITTED, ['.example.org']), subtrees(EXCLUDED, ['a.example.org'])]
    expect(judge(both, ['spiffe://b.example.org/x'])).toBe('valid')
    expect(judge(both, ['spiffe://a.example.org/x'])).toBe('NAME_CONSTRAINT')
  })

  test('every URI counts, and a leaf without any meets them', () => {
    const one = [subtrees(PERMITTED, ['example.org'])]
    expect(judge(one, ['spiffe://example.org/a', 'spiffe://other.test/a'])).toBe('NAME_CONSTRAINT')
    expect(judge(one, [])).toBe('valid')
  })

  test('constraints on other names refuse the chain, critical or not', () => {
    for (const critical of [true, false]) {
      expect(judge([subtrees(PERMITTED, ['example.org'], DNS)], ['spiffe://example.org/a'], critical)).toBe(
        'NAME_CONSTRAINT',
      )
      expect(judge([subtrees(EXCLUDED, ['x.test'], DNS)], ['spiffe://example.org/a'], critical)).toBe('NAME_CONSTRAINT')
    }
  })

  test('a leaf may not have any', () => {
    const others = [{ oid: '2.5.29.30', critical: true, value: writeDer(0x30, subtrees(PERMITTED, ['example.org'])) }]
    const answer = validatePath({
      leaf: makeSvid(root, 'spiffe://example.org/a', { others }).certificate,
      intermediates: [],
      roots: [root.certificate],
      at: Date.parse('2026-06-01T00:00:00Z'),
      verify: verifyCertificate,
    })
    expect(answer).toMatchObject({ valid: false, code: 'NAME_CONSTRAINT' })
  })
})
