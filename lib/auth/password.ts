import { randomBytes } from 'node:crypto'
import { type Algorithm, hash, verify } from '@node-rs/argon2'

/** argon2id with 19 MiB, two passes, one lane (OWASP's and ASVS's first choice). */
const parameters = { algorithm: algorithmArgon2id(), memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Algorithm.Argon2id. The package declares a const enum, which cannot be imported as a value. */
function algorithmArgon2id(): Algorithm {
  return 2
}

/** At most this many at once: signing in cannot take the machine away from everything else. */
const atOnce = 2
let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((go) => waiting.push(go))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, parameters))
}

let decoy: Promise<string> | undefined

/**
 * Whether the password fits the hash. Without a hash (there is no such user) it takes as long and says no, so that
 * nobody learns who has an account.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(24).toString('hex'))
  const against = passwordHash ?? (await decoy)
  const fits = await inTurn(() => verify(against, password)).catch(() => false)
  return fits && passwordHash !== null
}
