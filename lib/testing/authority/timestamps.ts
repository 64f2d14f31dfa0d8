// Time stamp tokens made by OpenSSL: uses node:child_process and a folder of its own.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DER, writeDer, writeDerOid } from '#lib/crypto/der.ts'
import { type CertificateSpec, makeAuthority, makeCertificate, type TestCertificate, USAGE } from './certificates.ts'

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Long before and after any clock on which tests run: OpenSSL stamps with the machine's own. */
const ALWAYS = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2049-01-01T00:00:00Z') }

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

export function makeTimestampRoot(name: string, more: Partial<CertificateSpec> = {}): TestCertificate {
  return makeAuthority(name, null, null, { ...ALWAYS, ...more })
}

/** An authority as RFC 3161 wants it: one use, critical. */
export function makeTimestampAuthority(
  issuer: TestCertificate,
  more: Partial<CertificateSpec> = {},
  uses: readonly string[] = [TIME_STAMPING],
  critical = true,
): TestCertificate {
  const value = writeDer(DER.sequence, ...uses.map(writeDerOid))
  return makeCertificate({
    subject: [['2.5.4.3', 'time stamps']],
    issuer,
    ca: false,
    keyUsage: USAGE.digitalSignature,
    others: uses.length === 0 ? [] : [{ oid: '2.5.29.37', critical, value }],
    ...ALWAYS,
    ...more,
  })
}

export interface StampOptions {
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** certificates that come with the token besides the authority's own */
  readonly chain?: readonly TestCertificate[]
  readonly accuracy?: string
}

/** The raw token over bytes, as a time stamp authority answers and Witness keeps it. */
export function stamp(bytes: Uint8Array, tsa: TestCertificate, options: StampOptions = {}): Uint8Array {
  return inFolder((dir) => {
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(dir, name), content)
      return name
    }
    const chain = (options.chain ?? []).map(({ pem }) => pem).join('\n')
    const config = [
      '[tsa]\ndefault_tsa = one\n[one]',
      `serial = ${join(dir, file('serial', '01'))}\ndefault_policy = 1.2.3.4\ndigests = sha1, sha256, sha384, sha512`,
      `signer_digest = sha256\ness_cert_id_chain = no\nordering = no\n${options.accuracy === undefined ? '' : `accuracy = ${options.accuracy}`}`,
    ]
    const given = ['-config', file('tsa.cnf', config.join('\n'))]
    const run = (...words: string[]) => execFileSync('openssl', words, { cwd: dir, stdio: 'pipe' })
    const query = ['-data', file('data', bytes), `-${options.hash ?? 'sha256'}`, '-cert', '-out', 'query']
    run('ts', '-query', ...query)
    const keys = ['-signer', file('tsa.pem', tsa.pem), '-inkey', file('tsa.key', tsa.key.privatePem())]
    const others = chain === '' ? [] : ['-chain', file('chain.pem', chain)]
    run('ts', '-reply', ...given, '-queryfile', 'query', ...keys, ...others, '-token_out', '-out', 'token')
    return new Uint8Array(readFileSync(join(dir, 'token')))
  })
}

/** Signs a TSTInfo with a certificate that OpenSSL's own authority would refuse to use. */
export function signInfo(info: Uint8Array, signer: TestCertificate, type = '1.2.840.113549.1.9.16.1.4'): Uint8Array {
  return inFolder((dir) => {
    writeFileSync(join(dir, 'info'), info)
    writeFileSync(join(dir, 'signer.pem'), signer.pem)
    writeFileSync(join(dir, 'signer.key'), signer.key.privatePem())
    const what = ['-in', 'info', '-binary', '-nodetach', '-econtent_type', type, '-cades', '-md', 'sha256']
    const who = ['-signer', 'signer.pem', '-inkey', 'signer.key', '-outform', 'DER', '-out', 'token']
    execFileSync('openssl', ['cms', '-sign', ...what, ...who], { cwd: dir, stdio: 'pipe' })
    return new Uint8Array(readFileSync(join(dir, 'token')))
  })
}

function inFolder<T>(body: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'waybill-stamp-'))
  try {
    return body(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
