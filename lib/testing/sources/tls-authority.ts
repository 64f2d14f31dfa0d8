import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** null, or why certificates cannot be made here: for the name of a skipped test. */
export const withoutOpenssl = spawnSync('openssl', ['version']).status === 0 ? null : 'skipped without openssl'

export interface CertifiedKey {
  readonly certificate: string
  readonly key: string
}

/** A certification authority of a test. It and all that it issues end with the test's process. */
export class TlsAuthority {
  readonly certificate: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'waybill-tls-'))
  #issued = 0

  constructor(name = 'Test authority') {
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }))
    const subject = ['-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30']
    this.#openssl('req', '-x509', ...newKey, ...subject)
    this.certificate = this.#read('ca.pem')
  }

  /** A certificate for these subject alternative names, such as `DNS:localhost` or `IP:127.0.0.1`. */
  issue(names: string, days = 30): CertifiedKey {
    const file = `leaf-${this.#issued++}`
    writeFileSync(join(this.#folder, `${file}.ext`), `subjectAltName=${names}\n`)
    this.#openssl('req', ...newKey, '-subj', '/CN=leaf', '-keyout', `${file}.key`, '-out', `${file}.csr`)
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${file}.ext`, '-days', `${days}`]
    this.#openssl('x509', '-req', '-in', `${file}.csr`, '-out', `${file}.pem`, ...by)
    return { certificate: this.#read(`${file}.pem`), key: this.#read(`${file}.key`) }
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' })
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
