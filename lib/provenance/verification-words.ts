import type { VerificationRow } from '#lib/contract/verifications.ts'

/** A verification made elsewhere in sentences: who decided what, whose signature that is, and what to do. */
export interface VerificationWords {
  /** `Release gate decided FAILED`, `https://... is said to have decided FAILED` */
  readonly heading: string
  readonly signature: string
  /** what it means here, and what to do about it */
  readonly advice: string
}

const results = { passed: 'PASSED', failed: 'FAILED', unknown: 'neither PASSED nor FAILED' } as const

/** The sentences of one verification; names in it are untrusted text. */
export function verificationWords(row: VerificationRow): VerificationWords {
  return { heading: headingOf(row), signature: signatureOf(row), advice: adviceOf(row) }
}

function headingOf({ result, signature, verifier }: VerificationRow): string {
  if (signature.signer === 'declared') return `${signature.verifier ?? 'A verifier'} decided ${results[result]}`
  return `${verifier === null || verifier === '' ? 'Somebody unnamed' : verifier} is said to have decided ${results[result]}`
}

function signatureOf({ signature: { signer, key }, verifier }: VerificationRow): string {
  const name = key === null ? 'a key' : `the key ${key.name}`
  const whom = verifier === null ? 'any verifier' : verifier
  switch (signer) {
    case 'declared':
      return `The signature verifies, with ${name} that is declared for this verifier.`
    case 'other-key':
      return `Unverified claim: the signature is by ${name}, which nobody declared for ${whom}.`
    case 'not-valid':
      return `Unverified claim: the signature does not verify. It names ${name}, which did not sign these bytes.`
    case 'unknown-key':
      return 'Unverified claim: it is signed with a key, or a certificate, that nobody here knows.'
    case 'unsigned':
      return 'Unverified claim: nobody signed it.'
  }
}

function adviceOf(row: VerificationRow): string {
  const { result, signature, standing, supersededBy, subjectsTotal } = row
  const declared = signature.signer === 'declared'
  if (result === 'passed') return 'It allows nothing here: only the layout in force decides.'
  if (result === 'unknown') return 'Nothing can be taken from it. Ask who made it for one that says PASSED or FAILED.'
  if (supersededBy !== null)
    return 'It stands no more: the same verifier decided PASSED later, under the same policy and about the same.'
  if (subjectsTotal === 0) return 'It is about no artifact that can be told by a digest. The document has its subjects.'
  if (declared && (row.statedAt === null || row.policy === null))
    return (
      `Do not ship it before you know why. Ask ${signature.verifier ?? 'the verifier'} what failed. It does not state both ` +
      'its time and its policy, so no later PASSED can be known to take it back.'
    )
  if (declared && standing)
    return (
      `Do not ship it before you know why. Ask ${signature.verifier ?? 'the verifier'} what failed; once that is mended, ` +
      'a later PASSED of the same verifier under the same policy takes this back.'
    )
  if (signature.signer === 'not-valid')
    return 'Find out who brought it: it was changed after it was signed, or somebody uses the name of another key.'
  if (signature.signer === 'unsigned') return 'Find out who brought it, and ask the verifier for the signed original.'
  return (
    'Find out who brought it. If the key belongs to a verifier, an engineer declares it in the settings; from then on ' +
    'it is shown as decided by that verifier.'
  )
}

/** What a mark beside a build or an artifact says. */
export const attentionWords = {
  failed: {
    label: 'Failed elsewhere',
    text: 'A verifier decided that it fails. The verdict here does not change by that.',
  },
  claimed: {
    label: 'Claimed to fail',
    text: 'Somebody claims that a verifier failed it; no declared verifier signed that. The verdict here does not change.',
  },
} as const
