import type { Equivalents } from '../equivalent.ts'

/** Certificates and the trust in them. */
export const CERTIFICATES: Equivalents = {
  'lib/in-toto/verify/certificates.ts': [
    {
      was: 'this.intermediates = (trust?.intermediates ?? []).flatMap(readable)',
      changes: ['this.intermediates = (trust?.intermediates ?? ["Stryker was here"]).flatMap(readable)'],
      why: 'without trust no certificate is judged, and what cannot be read as one helps nobody',
    },
    {
      was: "return leaf === undefined ? { why: 'there is none.' } : { leaf, others }",
      changes: ["return false ? { why: 'there is none.' } : { leaf, others }"],
      why: 'a text without certificates is refused by its reader: the condition is for the type',
    },
    {
      was: "return leaf === undefined ? { why: 'there is none.' } : { leaf, others }",
      changes: ['return leaf === undefined ? {} : { leaf, others }'],
      why: 'a text without certificates is refused by its reader: the answer is for the type',
    },
  ],
  'lib/in-toto/verify/trust.ts': [
    {
      was: 'for (const authority of certificates.slice(1)) {',
      changes: ['for (const authority of certificates) {'],
      why: 'a leaf with a SPIFFE ID has that one URI, whose trust domain is the one that is compared',
    },
    {
      was: 'return a.at - b.at || (a.by < b.by ? -1 : 1)',
      changes: ['return a.at - b.at || (a.by <= b.by ? -1 : 1)'],
      why: 'two proofs of one kind, moment and name say the same',
    },
    {
      was: 'const tainted = roots !== null && roots.taintedAt !== null && roots.taintedAt <= at',
      changes: ['const tainted = true && roots.taintedAt !== null && roots.taintedAt <= at'],
      why: 'without roots nothing but the time can be wrong, which is asked above: the condition is for the type',
    },
  ],
}
