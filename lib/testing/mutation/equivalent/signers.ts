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
      was: 'if (this.#declared.length === 0) return []',
      changes: ['if (this.#declared.length === 0) return ["Stryker was here"]'],
      why: 'no declaration is at that index: what is asked for it gets none',
    },
    {
      was: 'if (this.#declared.length === 0)',
      changes: ['if (false)'],
      why: 'a shorter way: without declarations each identity is a group of its own',
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
      was: 'const several = counted.length > 1',
      changes: ['const several = true', 'const several = counted.length >= 1'],
      why: 'a shorter way: one alone is in order, distinct, and once there',
    },
    {
      was: "standing: found.outcome === 'valid' ? revoked.judge([signer.key, found.key], found.signature, proofs) : null,",
      changes: ['standing: true ? revoked.judge([signer.key, found.key], found.signature, proofs) : null,'],
      why: 'only signatures that verify come here: the condition is for the type',
    },
    {
      was: "if (standing === null || standing.standing === 'revoked') return []",
      changes: ["if (false || standing.standing === 'revoked') return []"],
      why: 'only signatures that verify come here: the condition is for the type',
    },
    {
      was: "if (standing?.standing !== 'revoked') continue",
      changes: ['if (false) continue', "if (standing.standing !== 'revoked') continue"],
      why: 'where nobody counts and somebody signed, the signers are all revoked: the condition is for the type',
    },
    {
      was: 'return { counted, skipped: null }',
      changes: ['return {}'],
      why: 'never reached: where nobody counts and somebody signed, the signers are all revoked',
    },
    {
      was: 'for (const answer of answers) if (!answer.valid) return skip(answer.code, answer.message, answer.keyid)',
      changes: ['for (const answer of answers) if (true) return skip(answer.code, answer.message, answer.keyid)'],
      why: 'this is asked only where no certificate is valid: the condition is for the type',
    },
  ],
  'lib/in-toto/verify/step-form.ts': [
    {
      was: 'if (first === undefined || second === undefined || said.length > 2) return null',
      changes: ['if (false || second === undefined || said.length > 2) return null'],
      why: 'a text without a first word has no second either',
    },
    {
      was: 'if (first === undefined || second === undefined || said.length > 3) return null',
      changes: ['if (false || second === undefined || said.length > 3) return null'],
      why: 'a text without a first word has no second either',
    },
    {
      was: 'if (summary === null || summary.verifier !== form.verifier || summary.policy !== form.policy) {',
      changes: ['if (false || summary.verifier !== form.verifier || summary.policy !== form.policy) {'],
      why: 'a statement of that type that cannot be read has a gap, which is asked before: the condition is for the type',
    },
    {
      was: `const found = \`\${summary?.verifier ?? 'nobody'} under \${summary?.policy ?? 'a policy without URI'}\``,
      changes: [
        `const found = \`\${summary.verifier ?? 'nobody'} under \${summary?.policy ?? 'a policy without URI'}\``,
        `const found = \`\${summary?.verifier ?? 'nobody'} under \${summary.policy ?? 'a policy without URI'}\``,
      ],
      why: 'a statement of that type that cannot be read has a gap, which is asked before: the condition is for the type',
    },
    {
      was: 'const [, track, level] = SLSA_LEVEL.exec(reached) ?? []',
      changes: ['const [, track, level] = SLSA_LEVEL.exec(reached) ?? ["Stryker was here"]'],
      why: 'the first of a match is not looked at',
    },
    {
      was: 'const [, askedTrack, askedLevel] = SLSA_LEVEL.exec(asked) ?? []',
      changes: ['const [, askedTrack, askedLevel] = SLSA_LEVEL.exec(asked) ?? ["Stryker was here"]'],
      why: 'the first of a match is not looked at',
    },
    {
      was: 'return track !== undefined && track === askedTrack && Number(level) >= Number(askedLevel)',
      changes: ['return true && track === askedTrack && Number(level) >= Number(askedLevel)'],
      why: 'without a track there is no level, and what is no number is not greater than another',
    },
    {
      was: 'return track !== undefined && track === askedTrack && Number(level) >= Number(askedLevel)',
      changes: ['return track !== undefined && track === askedTrack && Number(level) > Number(askedLevel)'],
      why: 'levels of one track that are equal are the same text, which is asked first',
    },
  ],
  'lib/in-toto/verify/keyids.ts': [
    {
      was: 'return { includes: (keyid) => keyid === key.keyid || allKeyids(key).includes(keyid) }',
      changes: ['return { includes: (keyid) => false || allKeyids(key).includes(keyid) }'],
      why: 'a shorter way: the list begins with it',
    },
    {
      was: 'known.set(key, keyids)',
      changes: [';'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
  ],
}
