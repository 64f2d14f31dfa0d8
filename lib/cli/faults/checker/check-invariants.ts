import { acknowledgedExists } from './acknowledged-exists.ts'
import { auditHolds } from './audit-holds.ts'
import { edgesLeadSomewhere } from './edges-lead-somewhere.ts'
import { type Cluster, indexesHold } from './indexes-hold.ts'
import { jobsTookEffect } from './jobs-took-effect.ts'
import { nothingAllowedUnread } from './nothing-allowed-unread.ts'
import { nothingTwice } from './nothing-twice.ts'
import { storedIsWhole } from './stored-is-whole.ts'
import { verdictsRecompute } from './verdicts-recompute.ts'
import type { Violation } from './violation.ts'
import type { Witnessed } from './witnessed.ts'

/**
 * Holds what the database says, and what clients were told, against the invariants R1 to R10. Reads only, through the
 * connections of `lib/db`; to be asked once nothing is expected to be done any more.
 * @param cluster where R10 is to be looked at too; null leaves it out
 */
export async function checkInvariants(witnessed: Witnessed, cluster: Cluster | null = null): Promise<Violation[]> {
  const { acknowledged, answered, runs, inSources } = witnessed
  return [
    ...(await acknowledgedExists(acknowledged, inSources)),
    ...(await storedIsWhole()),
    ...(await edgesLeadSomewhere()),
    ...(await nothingTwice()),
    ...(await verdictsRecompute()),
    ...(await auditHolds()),
    ...(await jobsTookEffect(runs)),
    ...(await nothingAllowedUnread(answered, runs)),
    ...(cluster === null ? [] : ((await indexesHold(cluster)) ?? [])),
  ]
}
