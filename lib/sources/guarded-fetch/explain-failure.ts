import { SourceError, type SourceErrorCode } from '../connector.ts'

/** What a failed connection means, in our words: the other side's error texts stay in `cause`, for the log (G-27). */
export function explainFailure(error: unknown, host: string): SourceError {
  if (error instanceof SourceError) return error
  const [code, message] = wordsFor(codeOf(error), host)
  return new SourceError(code, message, { cause: error })
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function wordsFor(code: string, host: string): [SourceErrorCode, string] {
  const known = wordsOf[code]
  if (known !== undefined) return [known[0], known[1](host)]
  if (code.startsWith('HPE_')) return ['BAD_ANSWER', `${host} does not answer in HTTP. Is the port right?`]
  if (/^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(code)) return ['UNREACHABLE', `The packed answer of ${host} broke off.`]
  if (/PEM|ASN1|ERR_OSSL|KEY_VALUES_MISMATCH|ERR_CRYPTO/.test(code)) return ['SETTINGS', badMaterial]
  if (/^ERR_(SSL|TLS)/.test(code))
    return ['UNREACHABLE', `${host} and Waybill could not agree on an encrypted connection.`]
  if (/^CERT_|CERT|ISSUER|SIGNATURE/.test(code)) return ['UNREACHABLE', untrusted(host)]
  return ['UNREACHABLE', `${host} could not be reached, or broke off.`]
}

const badMaterial =
  'The certificates or the key that this source is set up with cannot be used. Expected PEM: the authorities, and a ' +
  'client certificate with the private key that belongs to it.'

const untrusted = (host: string): string =>
  `The certificate of ${host} is not of an authority that this source trusts. Give it the PEM of that authority.`

const clientRefused = (host: string): string =>
  `${host} did not take the client certificate. Is it of the authority that the server expects, and still valid?`

type Words = readonly [SourceErrorCode, (host: string) => string]

const wordsOf: Readonly<Record<string, Words>> = {
  ECONNREFUSED: ['UNREACHABLE', (host) => `Nothing listens at ${host}. Is it running, and is the port right?`],
  ECONNRESET: ['UNREACHABLE', (host) => `${host} broke the connection off.`],
  EPIPE: ['UNREACHABLE', (host) => `${host} broke the connection off.`],
  ENETUNREACH: ['UNREACHABLE', (host) => `There is no way to ${host} from here.`],
  EHOSTUNREACH: ['UNREACHABLE', (host) => `There is no way to ${host} from here.`],
  ETIMEDOUT: ['TIMEOUT', (host) => `${host} does not answer.`],
  HPE_HEADER_OVERFLOW: ['LIMIT', (host) => `${host} sent more headers than are read (16384 bytes).`],
  EPROTO: ['UNREACHABLE', (host) => `${host} does not speak TLS there. Is the port right?`],
  ERR_SSL_WRONG_VERSION_NUMBER: ['UNREACHABLE', (host) => `${host} does not speak TLS there. Is the port right?`],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: [
    'UNAUTHORIZED',
    (host) => `${host} asks for a client certificate. Name its secrets in the settings of this source.`,
  ],
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ['UNAUTHORIZED', clientRefused],
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: ['UNAUTHORIZED', clientRefused],
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ['UNAUTHORIZED', clientRefused],
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: ['UNAUTHORIZED', clientRefused],
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: ['UNAUTHORIZED', clientRefused],
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: ['UNAUTHORIZED', clientRefused],
  CERT_HAS_EXPIRED: ['UNREACHABLE', (host) => `The certificate of ${host} has expired. Whoever runs it must renew it.`],
  CERT_NOT_YET_VALID: ['UNREACHABLE', (host) => `The certificate of ${host} is not valid yet. Is this clock right?`],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'UNREACHABLE',
    (host) => `The certificate that ${host} shows is for another name. Use the name that it is for.`,
  ],
}
