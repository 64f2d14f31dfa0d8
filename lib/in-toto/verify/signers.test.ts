import { describe, expect, test } from 'vitest'
import type { Key } from '#lib/crypto/index.ts'
import { gpgKey, plainEnvelope, plainKey, plainSignature, plainVerifier } from '#lib/testing/authority/plain-keys.ts'
import { groupSigners, identityOf } from './signers.ts'
import { verifyEnvelope } from './verify-envelope.ts'

const people = (...keys: Key[]) => new Set(keys.map((key) => identityOf(key, groupSigners(keys)))).size
const sub = gpgKey('sub')
const other = gpgKey('other')

describe('one person is', () => {
  test('whoever has one key, under however many keyids', () => {
    expect(people(plainKey('a'), plainKey('b'))).toBe(2)
    expect(people(plainKey('a'), plainKey('b', { fingerprint: 'material of a' }))).toBe(1)
    expect(identityOf(plainKey('a'), groupSigners([]))).toBe('material of a')
  })

  test('a gpg key with its subkeys, in whatever order they are listed', () => {
    const master = gpgKey('master', [sub, other])
    expect(people(master, sub, other)).toBe(1)
    expect(people(sub, other, master)).toBe(1)
    expect(people(sub, other)).toBe(2)
    expect(people(master, gpgKey('third'))).toBe(2)
  })

  test('two gpg keys that share a subkey, through however many others', () => {
    const one = gpgKey('one', [sub])
    const two = gpgKey('two', [sub, other])
    const three = gpgKey('three', [other])
    expect(people(one, two)).toBe(1)
    expect(people(one, three)).toBe(2)
    for (const keys of [
      [one, two, three],
      [three, two, one],
      [one, three, two],
      [two, one, three],
    ]) {
      expect(people(...keys)).toBe(1)
      expect(people(...keys, plainKey('apart'))).toBe(2)
    }
    // the subkey of one is the master of another
    expect(people(gpgKey('x', [gpgKey('y')]), gpgKey('y', [gpgKey('z')]), gpgKey('z'))).toBe(1)
  })
})

describe('an envelope that keys vouch for', () => {
  const [a, b] = [plainKey('a'), plainKey('b')]
  const envelope = (...keyids: string[]) =>
    plainEnvelope('dsse', ...keyids.map((keyid) => plainSignature(keyid, plainKey(keyid.toLowerCase()))))
  const verify = (signed: ReturnType<typeof envelope>, keys: readonly Key[], threshold: number) =>
    verifyEnvelope(signed, keys, threshold, 0, plainVerifier())

  test('names who signed, in the order of the keys', () => {
    expect(verify(envelope('b', 'a'), [a, b], 2)).toEqual({
      signers: [
        { key: a, keyid: 'a' },
        { key: b, keyid: 'b' },
      ],
      enough: true,
    })
    expect(verify(envelope('b'), [a, b], 2)).toEqual({ signers: [{ key: b, keyid: 'b' }], enough: false })
    expect(verify(envelope('b'), [a, b], 1)).toMatchObject({ enough: true })
    expect(verify(envelope(), [a, b], 1)).toEqual({ signers: [], enough: false })
  })

  test('counts one person once, by the first key that fits', () => {
    const again = plainKey('again', { fingerprint: 'material of a' })
    const both = plainEnvelope('dsse', plainSignature('a', a), plainSignature('again', again))
    expect(verify(both, [a, again, b], 2)).toEqual({ signers: [{ key: a, keyid: 'a' }], enough: false })
    expect(verify(both, [again, a, b], 2)).toEqual({ signers: [{ key: again, keyid: 'again' }], enough: false })
  })

  test('calls an anonymous signature by the key that verified it', () => {
    const anonymous = plainEnvelope('dsse', plainSignature('', a))
    expect(verify(anonymous, [a], 1)).toEqual({ signers: [{ key: a, keyid: 'a' }], enough: true })
  })

  test.each([0, -1, 1.5, 3, Number.NaN, Number.POSITIVE_INFINITY])(
    'is never asked for by %s people of two',
    (threshold) => {
      expect(() => verify(envelope('a', 'b'), [a, b], threshold)).toThrowError(RangeError)
    },
  )

  test('is never asked for by more people than there are, under however many keyids', () => {
    const again = plainKey('again', { fingerprint: 'material of a' })
    expect(() => verify(envelope('a'), [a, again], 2)).toThrowError(/from 1 to the number of keys \(1\)/)
    expect(() => verify(envelope(), [], 1)).toThrowError(RangeError)
  })
})
