import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeAuthority, makeSvid } from '#lib/testing/authority/certificates.ts'
import { describeShared, sharedPath } from '#lib/testing/shared-data.ts'
import {
  checkSigningLeaf,
  checkSvid,
  FormatError,
  parseX509,
  parseX509Pem,
  readPem,
  trustDomainsOf,
  validatePath,
  type X509,
} from './index.ts'
import { verifyCertificate } from './node/index.ts'

const pathsSchema = z.object({
  certs: z.record(z.string(), z.string()),
  cases: z.array(
    z.object({
      name: z.string(),
      leaf: z.string(),
      chain: z.array(z.string()),
      roots: z.array(z.string()),
      at: z.iso.datetime(),
      x509: z.enum(['accept', 'reject']),
      spiffe: z.enum(['accept', 'reject']),
    }),
  ),
})

const only = ([first]: readonly X509[]): X509 => {
  if (first === undefined) throw new Error('no certificate')
  return first
}

describeShared('path validation', 'corpus/svid/paths.json', (bytes) => {
  const { certs, cases } = pathsSchema.parse(JSON.parse(bytes.toString()))
  // one of them is spoiled on purpose and may fail to parse: that is a refusal too
  const read = (name: string) => only(parseX509Pem(certs[name] ?? ''))

  const judge = ({ leaf, chain, roots, at }: (typeof cases)[number]) => {
    try {
      const input = {
        leaf: read(leaf),
        intermediates: chain.map(read),
        roots: roots.map(read),
        verify: verifyCertificate,
      }
      const answer = validatePath({ ...input, at: Date.parse(at) })
      const reversed = validatePath({
        ...input,
        intermediates: input.intermediates.toReversed(),
        roots: input.roots.toReversed(),
        at: Date.parse(at),
      })
      expect(reversed).toEqual(answer)
      const svid = checkSvid(input.leaf)
      const domain = svid.valid ? svid.spiffeId?.trustDomain : undefined
      const inDomain = (one: X509) => trustDomainsOf(one)?.every((name) => name === domain) ?? true
      return {
        x509: answer.valid ? 'accept' : 'reject',
        spiffe: answer.valid && svid.valid && answer.path.certificates.every(inDomain) ? 'accept' : 'reject',
        why: answer.valid ? '' : answer.code,
      }
    } catch (error) {
      if (error instanceof FormatError) return { x509: 'reject', spiffe: 'reject', why: error.code }
      throw error
    }
  }

  test('has 41 cases', () => expect(cases.length).toBe(41))

  test.each(cases)('$name', (one) => {
    const answer = judge(one)
    expect([answer.x509, answer.spiffe]).toEqual([one.x509, one.spiffe])
  })

  test('says why, with a code for each cause', () => {
    const codes = Object.fromEntries(
      cases.filter(({ x509 }) => x509 === 'reject').map((one) => [one.name.slice(0, 2), judge(one).why]),
    )
    expect(codes).toEqual({
      '06': 'SIGNATURE',
      '07': 'SIGNATURE',
      '08': 'ISSUER_UNKNOWN',
      '09': 'ISSUER_UNKNOWN',
      '10': 'SIGNATURE',
      '11': 'EXPIRED',
      '13': 'NOT_YET_VALID',
      '14': 'EXPIRED',
      '16': 'EXPIRED',
      '18': 'NOT_A_CA',
      '19': 'NOT_A_CA',
      '20': 'NOT_A_CA',
      '21': 'NOT_A_CA',
      '23': 'PATH_LENGTH',
      '25': 'NAME_CONSTRAINT',
      '26': 'NAME_CONSTRAINT',
      '27': 'NAME_CONSTRAINT',
      '28': 'CRITICAL_EXTENSION',
      '29': 'CRITICAL_EXTENSION',
      '41': 'ISSUER_UNKNOWN',
    })
  })
})

const limboSchema = z.object({
  testcases: z.array(
    z.object({
      id: z.string(),
      trusted_certs: z.array(z.string()),
      untrusted_intermediates: z.array(z.string()),
      peer_certificate: z.string(),
      validation_time: z.string().nullable(),
    }),
  ),
})
const profileSchema = z.object({
  cases: z.array(z.object({ id: z.string(), waybill_path_validation: z.enum(['accept', 'reject', 'any', 'skip']) })),
})

describeShared('x509-limbo', 'corpus/x509/limbo.json', (bytes) => {
  const { testcases } = limboSchema.parse(JSON.parse(bytes.toString()))
  const profile = profileSchema.parse(
    JSON.parse(readFileSync(sharedPath('corpus/x509/limbo_waybill_profile.json') ?? '', 'utf8')),
  )
  const wanted = new Map(profile.cases.map((one) => [one.id, one.waybill_path_validation]))
  const asked = testcases.filter(({ id }) => (wanted.get(id) ?? 'skip') !== 'skip')

  const accepts = (one: (typeof testcases)[number]): boolean => {
    try {
      const leaf = only(parseX509Pem(one.peer_certificate))
      const intermediates = one.untrusted_intermediates.flatMap((pem) => parseX509Pem(pem))
      const roots = one.trusted_certs.flatMap((pem) => parseX509Pem(pem))
      const at = Date.parse(one.validation_time ?? '2026-11-23T00:00:00Z')
      return (
        validatePath({ leaf, intermediates, roots, at, verify: verifyCertificate }).valid &&
        checkSigningLeaf(leaf).valid
      )
    } catch (error) {
      if (error instanceof FormatError) return false
      throw error
    }
  }

  test('has cases of each kind', () => {
    const count = (answer: string) => asked.filter(({ id }) => wanted.get(id) === answer).length
    expect([count('accept'), count('reject')]).toMatchInlineSnapshot(`
      [
        6,
        45,
      ]
    `)
  })

  test.each(asked)('$id', (one) => {
    const accepted = accepts(one)
    const want = wanted.get(one.id)
    if (want !== 'any') expect(accepted).toBe(want === 'accept')
  })
})

describe('X.509-SVIDs of go-spiffe', () => {
  const folder = sharedPath('corpus/spiffe/x509svid')
  if (folder === null) {
    test.skip('needs ../shared/corpus/spiffe/x509svid, which is not here', () => undefined)
    return
  }
  /** What go-spiffe's parser checks: the leaf, and that the others may issue. */
  const accepts = (name: string): boolean => {
    try {
      const [leaf, ...others] = parseX509Pem(readFileSync(`${folder}/${name}`, 'latin1'))
      if (leaf === undefined || !checkSvid(leaf).valid) return false
      return others.every(({ basicConstraints, keyUsage }) => basicConstraints?.ca && keyUsage?.keyCertSign)
    } catch (error) {
      if (error instanceof FormatError) return false
      throw error
    }
  }

  test.each([
    ['good-leaf-only.pem', true],
    ['good-leaf-and-intermediate.pem', true],
    ['good-cert-and-key.pem', true],
    ['good-key-and-cert.pem', true],
    ['wrong-leaf-ca-true.pem', false],
    ['wrong-leaf-cert-sign.pem', false],
    ['wrong-leaf-crl-sign.pem', false],
    ['wrong-leaf-empty-id.pem', false],
    ['wrong-leaf-no-digital-signature.pem', false],
    ['wrong-intermediate-no-ca.pem', false],
    ['wrong-intermediate-no-key-cert-sign.pem', false],
    ['corrupt-cert.pem', false],
    ['not-pem', false],
    ['key-pkcs8-ecdsa.pem', false],
    ['key-pkcs8-rsa.pem', false],
  ])('%s: %s', (name, good) => {
    expect(existsSync(`${folder}/${name}`)).toBe(true)
    expect(accepts(name)).toBe(good)
  })
})

describe('the validity of a path', () => {
  const root = makeAuthority('root', null)
  const [from, until] = [new Date('2026-06-01T00:00:00Z'), new Date('2026-06-02T00:00:00Z')]
  const leaf = makeSvid(root, 'spiffe://example.org/a', { from, until }).certificate
  const judge = (at: number) =>
    validatePath({ leaf, intermediates: [], roots: [root.certificate], at, verify: verifyCertificate })

  test('includes its first and its last second', () => {
    expect(judge(from.getTime())).toMatchObject({ valid: true })
    expect(judge(until.getTime())).toMatchObject({ valid: true })
    expect(judge(from.getTime() - 1)).toMatchObject({ valid: false, code: 'NOT_YET_VALID' })
    expect(judge(until.getTime() + 1)).toMatchObject({ valid: false, code: 'EXPIRED' })
  })

  test('is none at a time that is none', () => {
    expect(judge(Number.NaN)).toMatchObject({ valid: false })
  })

  test('names the certificate that is not valid, and since when', () => {
    const old = makeAuthority('old', null, null, { until })
    const young = makeSvid(old, 'spiffe://example.org/a', { from: until }).certificate
    const input = { leaf: young, intermediates: [], roots: [old.certificate], verify: verifyCertificate }
    // at this very second both are
    expect(validatePath({ ...input, at: until.getTime() })).toMatchObject({ valid: true })
    const late = validatePath({ ...input, at: until.getTime() + 1 })
    expect(late).toMatchObject({ code: 'EXPIRED', why: 'its root "O=old" ended at 2026-06-02T00:00:00Z' })
    const early = validatePath({ ...input, at: until.getTime() - 1 })
    expect(early).toMatchObject({ code: 'NOT_YET_VALID', why: 'the certificate begins at 2026-06-02T00:00:00Z' })
  })
})

describe('strict reading', () => {
  const root = makeAuthority('root', null)
  const der = readPem(makeSvid(root, 'spiffe://example.org/a').pem)[0]?.bytes ?? new Uint8Array()
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = Uint8Array.from(der)
    change(bytes)
    return bytes
  }

  test('starts from a certificate that can be read', () => {
    expect(parseX509(der).uris).toEqual(['spiffe://example.org/a'])
  })

  test.each<[string, () => X509]>([
    ['a byte after it', () => parseX509(Uint8Array.of(...der, 0))],
    ['its end cut off', () => parseX509(der.subarray(0, der.length - 1))],
    [
      'a negative serial number',
      () => makeSvid(root, 'spiffe://example.org/a', { serial: Uint8Array.of(0x80) }).certificate,
    ],
    ['an extension twice', () => makeSvid(root, 'spiffe://example.org/a', { others: [SAN] }).certificate],
    ['a path length and no authority', () => makeSvid(root, 'spiffe://example.org/a', { pathLength: 1 }).certificate],
    ['a name that is not ASCII', () => makeSvid(root, 'spiffe://ex\u00e4mple.org/a').certificate],
    ['another version', () => parseX509(changed((bytes) => bytes.set([1], indexOf(bytes, [0xa0, 3, 2, 1, 2]) + 4)))],
    [
      'another algorithm inside than outside',
      () => parseX509(changed((bytes) => bytes.set([3], lastIndexOf(bytes, ECDSA) + 7))),
    ],
    [
      'a truth value that is none',
      () => parseX509(changed((bytes) => bytes.set([1], indexOf(bytes, [1, 1, 0xff]) + 2))),
    ],
  ])('%s is refused', (_, read) => {
    expect(read).toThrowError(FormatError)
  })
})

const SAN = { oid: '2.5.29.17', critical: false, value: Uint8Array.of(0x30, 3, 0x86, 1, 0x61) }
const ECDSA = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]

function indexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  const found = bytes.findIndex((_, at) => wanted.every((byte, index) => bytes[at + index] === byte))
  if (found < 0) throw new Error('these bytes do not occur')
  return found
}

function lastIndexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  return bytes.findLastIndex((_, at) => wanted.every((byte, index) => bytes[at + index] === byte))
}
