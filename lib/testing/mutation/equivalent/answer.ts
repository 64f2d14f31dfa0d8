import type { Equivalents } from '../equivalent.ts'

/** The answer as a whole. */
export const ANSWER: Equivalents = {
  'lib/in-toto/verify/verify-layout.ts': [
    {
      was: 'ancestors: [],',
      changes: ['ancestors: ["Stryker was here"],'],
      why: 'no digest reads like this, so no layout is taken for one that contains it',
    },
    {
      was: "...(input.layoutProofs ?? []).map((proof) => lineOfProof(input.layout?.sha256 ?? '', proof)),",
      changes: [
        '...(input.layoutProofs ?? ["Stryker was here"]).map((proof) => lineOfProof(input.layout?.sha256 ?? \'\', proof)),',
        "...(input.layoutProofs ?? []).map((proof) => lineOfProof(input.layout?.sha256 && '', proof)),",
      ],
      why: 'one line that never changes wherever there are no proofs; which layout they are of another line says already',
    },
    {
      was: '...[...(input.parameters ?? [])].map(lineOfParameter),',
      changes: ['...[...(input.parameters ?? ["Stryker was here"])].map(lineOfParameter),'],
      why: 'one line more wherever there are no parameters, which another line says already',
    },
  ],
  'lib/in-toto/verify/chain.ts': [
    {
      was: 'if (first === undefined || last === undefined || cases.some(({ stood }) => stood.length === 0)) return null',
      changes: [
        'if (first === undefined || last === undefined || cases.every(({ stood }) => stood.length === 0)) return null',
        'if (first === undefined || last === undefined || cases.some(() => undefined)) return null',
        'if (first === undefined || last === undefined || cases.some(({ stood }) => false)) return null',
      ],
      why: 'where nothing stands for a step of a sublayout something was found, which is asked before',
    },
    {
      was: 'if (first === undefined || last === undefined || cases.some(({ stood }) => stood.length === 0)) return null',
      changes: [
        'if (first === undefined && last === undefined || cases.some(({ stood }) => stood.length === 0)) return null',
        'if (false || last === undefined || cases.some(({ stood }) => stood.length === 0)) return null',
        'if (first === undefined || false || cases.some(({ stood }) => stood.length === 0)) return null',
      ],
      why: 'a step for which nothing stands is asked for beside it, and without steps there is neither first nor last',
    },
  ],
  'lib/in-toto/verify/findings.ts': [
    {
      was: 'step === undefined',
      changes: ['false'],
      why: 'a member that is undefined is none in what leaves: the condition saves time alone',
    },
    {
      was: 'const because = follows === undefined ? null : (adopted[follows] ?? null)',
      changes: ['const because = false ? null : (adopted[follows] ?? null)'],
      why: 'nothing is at no index: the condition is for the type',
    },
    {
      was: "const roots = reasons.filter(({ follows }) => follows === undefined || reasons[follows]?.severity === 'warning')",
      changes: [
        "const roots = reasons.filter(({ follows }) => follows === undefined || reasons[follows].severity === 'warning')",
      ],
      why: 'what a reason follows from is among them',
    },
  ],
}
