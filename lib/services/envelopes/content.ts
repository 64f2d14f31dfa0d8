import type { Actor } from '#lib/auth/actor.ts'
import type { EnvelopeContent } from '#lib/contract/evidence.ts'
import { FormatError, parseCertificates, setOutJson } from '#lib/crypto/index.ts'
import {
  type DescribedPart,
  describeDocument,
  describePolicy,
  type EnvelopeSignature,
  parseEnvelope,
  parseWitnessPolicy,
} from '#lib/in-toto/index.ts'
import { verificationRows } from '../verifications/rows.ts'
import { keyNames } from './key-names.ts'
import { openPayload } from './payload.ts'
import { rawEnvelope } from './raw.ts'

/** Characters that are shown, bytes that are decoded for them, and documents of which facts are read. */
const shown = 65_536
const decoded = 1024 * 1024
const described = 16 * 1024 * 1024
const signatures = 50
const verifications = 20

/** What is in a document, for people: decoded, set out, with its signatures and main facts. Nothing is checked here. */
export async function envelopeContent(actor: Actor, sha256: string): Promise<EnvelopeContent> {
  const { bytes } = await rawEnvelope(actor, sha256)
  const opened = openPayload(bytes)
  const whole = opened?.payload ?? bytes
  const { text, cut } = setOutJson(new TextDecoder().decode(whole.subarray(0, decoded)), shown)
  const facts = factsOf(bytes)
  const [names, elsewhere] = await Promise.all([
    keyNames(facts.signatures.map(({ keyid }) => keyid)),
    verificationRows({ envelope: sha256 }, verifications),
  ])
  return {
    of: opened === null ? 'document' : 'payload',
    payloadType: opened?.payloadType ?? null,
    size: whole.length,
    text,
    cut: cut || whole.length > decoded,
    signatures: facts.signatures.slice(0, signatures).map(({ keyid, sig, certificate }) => ({
      keyid,
      keyName: names.get(keyid) ?? null,
      sig: sig.slice(0, 200),
      certificate: leafOf(certificate),
    })),
    parts: facts.parts.map(({ title, facts: stated }) => ({ title, facts: [...stated] })),
    note: facts.note,
    verifications: elsewhere.map(({ row }) => row),
  }
}

interface Facts {
  readonly signatures: readonly EnvelopeSignature[]
  readonly parts: readonly DescribedPart[]
  readonly note: string | null
}

/** As the reader of today reads it; what is quarantined has none. */
function factsOf(bytes: Uint8Array): Facts {
  const none = { signatures: [], parts: [], note: null }
  if (bytes.length > described) return { ...none, note: 'The document is too large to read its facts for this page.' }
  try {
    const envelope = parseEnvelope(bytes)
    return { ...none, signatures: envelope.signatures, parts: describeDocument(envelope) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return policyFacts(bytes) ?? none
  }
}

function policyFacts(bytes: Uint8Array): Facts | null {
  try {
    const { signatures: given, policy } = parseWitnessPolicy(bytes)
    return { signatures: given, parts: describePolicy(policy), note: null }
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

/** Of whom the certificate beside a signature speaks; what cannot be read is none. */
function leafOf(pem: string | null): EnvelopeContent['signatures'][number]['certificate'] {
  if (pem === null) return null
  try {
    const [leaf] = parseCertificates(pem)
    if (leaf === undefined) return null
    const { subject, spiffeId, notBefore, notAfter } = leaf
    return { subject, spiffeId, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() }
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
