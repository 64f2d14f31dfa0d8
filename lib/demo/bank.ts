import { branchTerminal } from './software/branch-terminal.ts'
import { fraudScoring } from './software/fraud-scoring.ts'
import { ledgerCore } from './software/ledger-core.ts'
import { mobileBanking } from './software/mobile-banking.ts'
import { paymentsApi } from './software/payments-api.ts'
import { statementRenderer } from './software/statement-renderer.ts'
import type { DemoSoftware } from './supply-chain.ts'

/** The six pieces of software of the demo's bank. */
export const bank: readonly DemoSoftware[] = [
  paymentsApi,
  mobileBanking,
  fraudScoring,
  ledgerCore,
  statementRenderer,
  branchTerminal,
]
