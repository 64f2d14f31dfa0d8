import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { identitiesSchema } from '#lib/contract/identities.ts'
import { keyidsOf, parseJsonText } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'
import { hex } from '../imports/store/envelopes.ts'

type Identities = z.input<typeof identitiesSchema>

/** Every key and certificate that is known, with what it is trusted for; being known gives no trust. */
export async function listIdentities(actor: Actor): Promise<Identities> {
  requireRight(actor, 'read')
  const [keys, certificates, functionaries, last] = await Promise.all([
    db.publicKey.findMany({
      orderBy: [{ name: 'asc' }, { fingerprint: 'asc' }],
      include: {
        owners: { include: { software: { select: { slug: true, name: true } } } },
        revocations: { orderBy: { at: 'asc' }, take: 1 },
      },
    }),
    db.certificate.findMany({ orderBy: [{ notAfter: 'desc' }, { sha256: 'asc' }] }),
    functionariesInForce(),
    lastSignatures(),
  ])
  return {
    keys: keys.map((key) => {
      const fingerprint = hex(key.fingerprint)
      const { keytype, scheme, bits, keyids, name, pem, demo } = key
      return {
        fingerprint,
        keytype,
        scheme,
        bits,
        keyids,
        name,
        pem,
        demo,
        firstSeenAt: key.firstSeenAt.toISOString(),
        ownerOf: key.owners.map(({ software }) => software),
        functionaryOf: functionaries.get(fingerprint) ?? [],
        revokedAt: key.revocations[0]?.at.toISOString() ?? null,
        lastSignatureAt: last.get(fingerprint)?.toISOString() ?? null,
      }
    }),
    certificates: certificates.map(
      ({ sha256, notBefore, notAfter, firstSeenAt, subject, issuer, spiffeId, isCa, name, demo }) => ({
        sha256: hex(sha256),
        subject,
        issuer,
        spiffeId,
        isCa,
        name,
        demo,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        firstSeenAt: firstSeenAt.toISOString(),
      }),
    ),
  }
}

/** fingerprint -> the steps that layouts in force let it sign. */
async function functionariesInForce(): Promise<Map<string, { software: string; step: string }[]>> {
  const bindings = await db.binding.findMany({
    where: { until: null },
    select: { software: { select: { name: true } }, version: { select: { signedJson: true } } },
  })
  const found = new Map<string, { software: string; step: string }[]>()
  for (const { software, version } of bindings) {
    const value = parseJsonText(version.signedJson)
    if (!(value instanceof Map)) continue
    const layout = parseLayoutDocument(value)
    const keys = new Map(
      [...layout.keys.values()].flatMap((key) => [key.keyid, ...keyidsOf(key)].map((keyid) => [keyid, key] as const)),
    )
    for (const step of layout.steps)
      for (const fingerprint of new Set(step.pubkeys.map((keyid) => keys.get(keyid)?.fingerprint)))
        if (fingerprint !== undefined)
          found.set(fingerprint, [...(found.get(fingerprint) ?? []), { software: software.name, step: step.name }])
  }
  return found
}

/** fingerprint -> when a document was last brought in whose signature names one of the key's keyids. */
async function lastSignatures(): Promise<Map<string, Date>> {
  const rows = await db.$queryRaw<{ fingerprint: Uint8Array; at: Date }[]>`
    SELECT k."fingerprint", max(e."firstSeenAt") AS "at"
    FROM "PublicKey" k, unnest(k."keyids") AS id
    JOIN "EnvelopeSignature" s ON s."keyid" = id
    JOIN "Envelope" e ON e."id" = s."envelopeId"
    GROUP BY k."fingerprint"`
  return new Map(rows.map(({ fingerprint, at }) => [hex(fingerprint), at]))
}
