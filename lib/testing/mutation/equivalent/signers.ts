import type { Equivalents } from '../equivalent.ts'

/** Who counts for a step. */
export const SIGNERS: Equivalents = {
  'lib/in-toto/verify/revoked-keys.ts': [
    {
      was: 'if (this.#revoked.length === 0) return null',
      changes: ['if (false) return null'],
      why: 'a shorter way: of no revocation none is of the key',
    },
  ],
  'lib/in-toto/verify/declared-functionaries.ts': [
    {
      was: 'return this.#indexesOf({ key, keyid, signer }).flatMap((index) => this.#declared[index] ?? [])',
      changes: [
        'return this.#indexesOf({ key, keyid, signer }).flatMap((index) => this.#declared[index] ?? ["Stryker was here"])',
      ],
      why: 'every index is one of the list that it was made from: the fallback is for the type alone',
    },
    {
      was: 'if (this.#declared.length === 0) return []',
      changes: ['if (false) return []'],
      why: 'without declarations the list that follows is empty as well',
    },
    {
      was: 'const isHis = keys.some((one) => ids.has(one)) || (workload !== null && spiffeIds.includes(workload))',
      changes: ['const isHis = keys.some((one) => ids.has(one)) || (true && spiffeIds.includes(workload))'],
      why: 'a list of SPIFFE IDs never holds null',
    },
  ],
  'lib/in-toto/verify/step-evidence.ts': [
    {
      was: 'function judge({ document, keyid, proofs = [] }: Candidate, setting: Setting): Judged {',
      changes: [
        'function judge({ document, keyid, proofs = ["Stryker was here"] }: Candidate, setting: Setting): Judged {',
      ],
      why: 'a proof that is no object is about no signature, and is left out before it is asked',
    },
    {
      was: 'for (const answer of answers) if (!answer.valid) return skip(answer.code, answer.message, answer.keyid)',
      changes: ['for (const answer of answers) if (true) return skip(answer.code, answer.message, answer.keyid)'],
      why: 'this is asked only where no certificate is valid: the condition is for the type',
    },
  ],
  'lib/in-toto/verify/step-form.ts': [
    {
      was: "if (form === 'slsa-provenance') return builder !== '' && buildType !== '' ? { form, builder, buildType } : null",
      changes: [
        "if (form === 'slsa-provenance') return true && buildType !== '' ? { form, builder, buildType } : null",
      ],
      why: 'a text without a builder has no build type either',
    },
  ],
  'lib/in-toto/verify/keyids.ts': [
    {
      was: 'known.set(key, keyids)',
      changes: [';'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
  ],
}
