// The token by which the command line on this machine speaks to the running server: who may read the file, may.
// Same format as API tokens (lib/auth/token-format.ts), which checks its shape and checksum.
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writePrivate } from './folders.mjs'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function base62(bytes, width) {
  let n = BigInt(`0x${bytes.toString('hex')}`)
  let out = ''
  for (; out.length < width; n /= 62n) out = alphabet[Number(n % 62n)] + out
  return out
}

/** A new token `wbl_<id>_<secret>_<checksum>`. */
export function makeLocalToken() {
  const body = `wbl_${randomBytes(3).toString('hex')}_${base62(randomBytes(32), 43)}`
  return `${body}_${base62(createHash('sha256').update(body).digest().subarray(0, 4), 6)}`
}

/** Writes a new token at each start: an old one that leaked is worth nothing. */
export function writeLocalToken(folder) {
  writePrivate(join(folder, 'local-token'), `${makeLocalToken()}\n`)
}
