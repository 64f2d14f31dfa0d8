import { signers } from './signers.ts'
import { branchTerminal } from './software/branch-terminal.ts'
import { fraudScoring } from './software/fraud-scoring.ts'
import { ledgerCore } from './software/ledger-core.ts'
import { mobileBanking } from './software/mobile-banking.ts'
import { paymentsApi } from './software/payments-api.ts'
import { statementRenderer } from './software/statement-renderer.ts'
import type { DemoSoftware, DemoVerifier } from './supply-chain.ts'

/** Verifies releases beside Waybill, by policies of its own. */
export const releaseGate: DemoVerifier = {
  name: 'Release gate',
  verifierId: 'https://gate.northbank.example/release',
  signer: signers.releaseGate,
}

/** The six pieces of software of the demo's bank. */
export const bank: readonly DemoSoftware[] = [
  paymentsApi,
  mobileBanking,
  fraudScoring,
  ledgerCore,
  statementRenderer,
  branchTerminal,
]
