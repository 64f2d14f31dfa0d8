import { describe, expect, test } from 'vitest'
import { parseJson, utf8 } from '#lib/crypto/index.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { parseRevokedKeys, printRevokedKeys } from './index.ts'

const { key } = makeKey('ci')
const AT = '2030-01-31T12:00:00Z'
const read = (value: unknown) => parseRevokedKeys(parseJson(utf8(JSON.stringify(value))))

test('a list of revoked keys, by keyid, fingerprint or the key itself; what is printed is read as the same', () => {
  const list = read([
    { key: key.keyid, revoked_at: AT, reason: 'laptop stolen' },
    { key: key.pem, revoked_at: AT },
  ])
  expect(list).toEqual([
    { keys: [key.keyid], at: Date.parse(AT) },
    { keys: [key.fingerprint], at: Date.parse(AT) },
  ])
  expect(parseRevokedKeys(parseJson(utf8(printRevokedKeys(list))))).toEqual(list)
  expect(read([])).toEqual([])
})

describe('what cannot be read is refused with its place: left out, a stolen key would stay in force', () => {
  test.each<[string, unknown, RegExp]>([
    ['no list', { key: key.keyid, revoked_at: AT }, /an array/],
    ['no key', [{ revoked_at: AT }], /\[0\]\.key/],
    ['no time', [{ key: key.keyid }], /\[0\]\.revoked_at/],
    ['a day that does not exist', [{ key: key.keyid, revoked_at: '2030-02-31T12:00:00Z' }], /a time like/],
    ['part of a keyid', [{ key: key.keyid.slice(0, 8), revoked_at: AT }], /keyid or fingerprint/],
    ['a keyid in capitals', [{ key: key.keyid.toUpperCase(), revoked_at: AT }], /keyid or fingerprint/],
    ['a member that nobody knows', [{ key: key.keyid, revoked_at: AT, until: AT }], /\[0\]\.until/],
    ['a reason that is no text', [{ key: key.keyid, revoked_at: AT, reason: 1 }], /a text at \[0\]\.reason/],
  ])('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(message)
  })
})
