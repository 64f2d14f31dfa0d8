import type { Signer } from './supply-chain.ts'

const machine = (name: string): Signer => ({ name, kind: 'ecdsa-p256' })
const person = (name: string): Signer => ({ name, kind: 'ed25519' })

/** Everyone who signs in the demo bank: build machines with ECDSA, people with Ed25519, the security office with RSA. */
export const signers = {
  securityOffice: { name: 'security-office', kind: 'rsa' },
  paymentsLead: person('mira-novak-payments-lead'),
  mobileLead: person('jonas-weber-mobile-lead'),
  dataLead: person('aisha-rahman-data-lead'),
  ledgerLead: person('tomas-horak-ledger-lead'),
  documentsLead: person('elena-rossi-documents-lead'),
  ciPayments: machine('ci-payments'),
  scanner: machine('image-scanner'),
  ciMobile: machine('ci-mobile'),
  ciData: machine('ci-data-platform'),
  reviewerOne: person('li-wei-model-risk'),
  reviewerTwo: person('sofia-lind-model-risk'),
  reviewerThree: person('omar-haddad-model-risk'),
  ciLedger: machine('ci-ledger'),
  changeManager: person('ruth-adler-change-manager'),
  contractor: person('contractor-laptop'),
  ciDocuments: machine('ci-documents'),
  ciBranch: machine('ci-branch'),
  releaseGate: machine('release-gate'),
} as const satisfies Record<string, Signer>
