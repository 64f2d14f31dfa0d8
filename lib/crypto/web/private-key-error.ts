export type PrivateKeyFault =
  | 'PASSPHRASE_NEEDED'
  | 'WRONG_PASSPHRASE'
  | 'PUBLIC_KEY'
  | 'NOT_A_KEY'
  | 'DAMAGED'
  | 'UNSUPPORTED'
  | 'WEAK_KEY'

/**
 * A private key could not be opened. Says which case it is and, where another tool can convert the file, the command
 * to run. Carries no part of the key and no cause, so that nothing secret reaches a log.
 */
export class PrivateKeyError extends Error {
  override readonly name = 'PrivateKeyError'
  readonly code: PrivateKeyFault
  /** to be run where the key lies; `KEY` stands for its file */
  readonly command: string | null

  constructor(code: PrivateKeyFault, message: string, command: string | null = null) {
    super(message)
    this.code = code
    this.command = command
  }
}

/** Writes a key as PKCS#8, asking for the old and a new passphrase. */
export const OPENSSL_COMMAND = 'openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out KEY.pem'
