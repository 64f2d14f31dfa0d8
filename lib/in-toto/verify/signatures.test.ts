import { describe, expect, test } from 'vitest'
import { gpgKey, plainEnvelope, plainKey, plainSignature, plainVerifier } from '#lib/testing/authority/plain-keys.ts'
import { SignatureBook } from './signatures.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const book = () => new SignatureBook(plainVerifier(), AT)
const alice = plainKey('alice')
const bob = plainKey('bob')

describe('the signature of a key', () => {
  const good = plainSignature('alice', alice)
  const bad = plainSignature('alice', bob)

  test('is found by keyid, and says whose it is', () => {
    expect(book().find(plainEnvelope('metablock', plainSignature('bob', bob), good), alice, ['alice'])).toEqual({
      outcome: 'valid',
      signature: good,
      key: alice,
    })
    expect(book().find(plainEnvelope('metablock', good), bob, ['bob'])).toEqual({ outcome: 'missing' })
    expect(book().find(plainEnvelope('metablock'), alice, ['alice'])).toEqual({ outcome: 'missing' })
  })

  test('in a Metablock is the first under its keyid, in DSSE any', () => {
    const invalid = { outcome: 'invalid', signature: bad, why: 'another key made it' }
    expect(book().find(plainEnvelope('metablock', bad, good), alice, ['alice'])).toEqual(invalid)
    expect(book().find(plainEnvelope('metablock', good, bad), alice, ['alice'])).toMatchObject({ outcome: 'valid' })
    expect(book().find(plainEnvelope('dsse', bad, good), alice, ['alice'])).toMatchObject({ outcome: 'valid' })
    expect(book().find(plainEnvelope('dsse', good, bad), alice, ['alice'])).toMatchObject({ outcome: 'valid' })
    expect(book().find(plainEnvelope('dsse', bad), alice, ['alice'])).toEqual(invalid)
  })

  test('without a keyid is tried in DSSE alone, and that it is another’s says nothing', () => {
    const anonymous = plainSignature('', alice)
    expect(book().find(plainEnvelope('dsse', anonymous), alice, ['alice'])).toMatchObject({ outcome: 'valid' })
    expect(book().find(plainEnvelope('metablock', anonymous), alice, ['alice'])).toEqual({ outcome: 'missing' })
    expect(book().find(plainEnvelope('dsse', anonymous), bob, ['bob'])).toEqual({ outcome: 'missing' })
    expect(book().find(plainEnvelope('dsse', bad, anonymous), alice, ['alice'])).toMatchObject({ outcome: 'valid' })
    const other = plainSignature('', bob)
    expect(book().find(plainEnvelope('dsse', bad, other), alice, ['alice'])).toMatchObject({ signature: bad })
  })

  test('that cannot be decoded is invalid, in the words of its form', () => {
    const broken = plainSignature('alice', alice, { bytes: null })
    expect(book().find(plainEnvelope('dsse', broken), alice, ['alice'])).toEqual({
      outcome: 'invalid',
      signature: broken,
      why: 'it is not base64',
    })
    expect(book().find(plainEnvelope('metablock', broken), alice, ['alice'])).toMatchObject({ why: 'it is not hex' })
  })

  test('is asked for once, whatever asks', () => {
    const asked: string[] = []
    const one = new SignatureBook(plainVerifier(asked), AT)
    const envelope = plainEnvelope('dsse', good, bad)
    for (let i = 0; i < 3; i++) one.find(envelope, alice, ['alice'])
    one.check(envelope, good, alice)
    expect(asked).toEqual(['alice signed null'])
    one.check(envelope, bad, alice)
    one.check(envelope, bad, bob)
    expect(one.check(envelope, bad, bob)).toMatchObject({ outcome: 'valid' })
    expect(one.check(envelope, bad, alice)).toMatchObject({ outcome: 'invalid' })
    expect(asked.length).toBe(3)
  })
})

describe('a gpg key', () => {
  const sub = gpgKey('sub', [], { fingerprint: 'material of sub' })
  const ended = gpgKey('ended', [], { expiresAt: AT / 1000 })
  const master = gpgKey('master', [sub, ended])
  const find = (keyid: string, by = master, key = master) =>
    book().find(plainEnvelope('metablock', plainSignature(keyid, by)), key, [key.keyid, ...key.subkeys.keys()])

  test('answers for itself and its subkeys, each by its own material', () => {
    expect(find('master')).toMatchObject({ outcome: 'valid', key: master })
    expect(find('sub', sub)).toMatchObject({ outcome: 'valid', key: sub })
    expect(find('sub', master)).toMatchObject({ outcome: 'invalid' })
    expect(find('master', sub)).toMatchObject({ outcome: 'invalid' })
  })

  test('is asked itself where a subkey has its own keyid', () => {
    const twin = gpgKey('master', [], { fingerprint: 'material of a twin' })
    const both = gpgKey('master', [twin])
    expect(find('master', both, both)).toMatchObject({ outcome: 'valid', key: both })
    expect(find('master', twin, both)).toMatchObject({ outcome: 'invalid' })
  })

  test('that has ended counts no more, from that second on', () => {
    expect(find('ended', ended)).toMatchObject({ outcome: 'expired', why: 'the key had expired' })
    const later = gpgKey('later', [], { expiresAt: AT / 1000 + 1 })
    expect(find('later', later, later)).toMatchObject({ outcome: 'valid' })
    const own = gpgKey('own', [sub], { expiresAt: AT / 1000 })
    expect(find('own', own, own)).toMatchObject({ outcome: 'expired' })
    expect(find('sub', sub, own)).toMatchObject({ outcome: 'valid' })
  })

  test('and a signature of another kind have nothing to do with each other', () => {
    const why = 'key and signature are not of one kind'
    const plain = plainSignature('master', master, { otherHeaders: null })
    expect(book().check(plainEnvelope('metablock', plain), plain, master)).toEqual({
      outcome: 'invalid',
      signature: plain,
      why,
    })
    const gpg = plainSignature('alice', alice, { otherHeaders: '04' })
    expect(book().check(plainEnvelope('metablock', gpg), gpg, alice)).toMatchObject({ outcome: 'invalid', why })
  })

  test('is checked with the headers that its signature covers', () => {
    const asked: string[] = []
    const signature = plainSignature('master', master, { otherHeaders: '0400ff' })
    new SignatureBook(plainVerifier(asked), AT).check(plainEnvelope('metablock', signature), signature, master)
    expect(asked).toEqual(['master signed 0400ff'])
  })
})
