import { createHash, randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const shape = /^wbl_([0-9a-f]{6})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/

/** 32 random bytes as 43 characters of base 62, most significant first. */
function base62(bytes: Uint8Array, width: number): string {
  let n = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let out = ''
  for (; out.length < width; n /= 62n) out = alphabet.charAt(Number(n % 62n)) + out
  return out
}

/** Six characters by which a secret scanner, and we before any look-up, tell a token from a mistyped one. */
function checksum(text: string): string {
  return base62(createHash('sha256').update(text).digest().subarray(0, 4), 6)
}

/** A new token `wbl_<id>_<secret>_<checksum>` with what is stored of it. */
export function makeToken(): { token: string; prefix: string; sha256: Uint8Array<ArrayBuffer> } {
  const prefix = `wbl_${randomBytes(3).toString('hex')}`
  const body = `${prefix}_${base62(randomBytes(32), 43)}`
  const token = `${body}_${checksum(body)}`
  return { token, prefix, sha256: tokenHash(token) }
}

/** Whether the text has a token's shape and its checksum fits. Says nothing about its being known. */
export function looksLikeToken(text: string): boolean {
  return shape.test(text) && checksum(text.slice(0, -7)) === text.slice(-6)
}

export function tokenHash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token, 'utf8').digest())
}
