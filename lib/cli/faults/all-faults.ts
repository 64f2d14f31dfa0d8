import type { Fault } from './fault.ts'
import { archivistaCut } from './faults/archivista-cut.ts'
import { betweenEffectAndMark } from './faults/between-effect-and-mark.ts'
import { connectionsExhausted } from './faults/connections-exhausted.ts'
import { databaseFrozen } from './faults/database-frozen.ts'
import { databaseKilled } from './faults/database-killed.ts'
import { deployed } from './faults/deployed.ts'
import { diskFull } from './faults/disk-full.ts'
import { lateCommit } from './faults/late-commit.ts'
import { pagesSpoiled } from './faults/pages-spoiled.ts'
import { rowDamaged } from './faults/row-damaged.ts'
import { slowClients } from './faults/slow-clients.ts'
import { sourceLies } from './faults/source-lies.ts'
import { twoWorkers } from './faults/two-workers.ts'
import { webKilled } from './faults/web-killed.ts'
import { workerKilled } from './faults/worker-killed.ts'

/** In the order of their numbers. */
export const allFaults: readonly Fault[] = [
  workerKilled,
  webKilled,
  databaseKilled,
  databaseFrozen,
  connectionsExhausted,
  archivistaCut,
  slowClients,
  pagesSpoiled,
  lateCommit,
  diskFull,
  twoWorkers,
  deployed,
  betweenEffectAndMark,
  sourceLies,
  rowDamaged,
]
