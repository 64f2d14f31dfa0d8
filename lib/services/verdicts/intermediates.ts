import { type Certificate, FormatError, parseCertificates } from '#lib/crypto/index.ts'
import { pool } from '#lib/db/client.ts'
import type { Document } from '#lib/in-toto/index.ts'
import { storedText } from '../imports/store/stored-text.ts'

/** Generations above a leaf, and authorities of one name, that are looked up. */
const GENERATIONS = 6
const OF_ONE_NAME = 50

/**
 * Authorities that were brought in and whose names lead from the certificates of these documents upwards, as PEM.
 * They carry no trust: the layout's roots do; a chain is built through them or it is not.
 */
export async function intermediatesFor(documents: readonly Document[]): Promise<string[]> {
  const leaves = documents.flatMap(certificatesOf)
  if (leaves.length === 0) return []
  const found = new Map<string, string>()
  const asked = new Set<string>()
  let names = namesOf(leaves)
  // authorities that rotate under one name: those whose time the leaves fall into
  const from = new Date(Math.min(...leaves.map(({ notBefore }) => notBefore.getTime())))
  const until = new Date(Math.max(...leaves.map(({ notAfter }) => notAfter.getTime())))
  for (let generation = 0; generation < GENERATIONS && names.length > 0; generation++) {
    for (const name of names) asked.add(name)
    const rows = await authoritiesNamed(names, from, until)
    for (const { sha256, pem } of rows) found.set(sha256.toString('hex'), pem)
    names = [...new Set(rows.map(({ issuer }) => issuer))].filter((name) => !asked.has(name))
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pem]) => pem)
}

function namesOf(leaves: readonly Certificate[]): string[] {
  return [...new Set(leaves.map(({ issuer }) => storedText(issuer, 4_000)))]
}

function certificatesOf(document: Document): Certificate[] {
  const open = 'envelope' in document ? document.envelope : document.open
  return (open?.signatures ?? []).flatMap(({ certificate }) => (certificate === null ? [] : readable(certificate)))
}

/** A certificate that cannot be read has no issuer; the verdict says so. */
function readable(pem: string): Certificate[] {
  try {
    return parseCertificates(pem)
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}

interface Row {
  sha256: Buffer
  pem: string
  issuer: string
}

/** The first that were seen: whoever floods a name later does not push out what was there. */
async function authoritiesNamed(names: readonly string[], from: Date, until: Date): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `SELECT c.* FROM unnest($1::text[]) AS wanted("name") CROSS JOIN LATERAL (
       SELECT "sha256", "pem", "issuer" FROM "Certificate"
       WHERE "isCa" AND "subject" = wanted."name" AND "notBefore" <= $3 AND "notAfter" >= $2
       ORDER BY "firstSeenAt", "sha256" LIMIT ${OF_ONE_NAME}) c`,
    [names, from, until],
  )
  return rows
}
