import { inTransaction, pool } from '#lib/db/client.ts'
import type { Act, BatchAnswer } from './act.ts'
import { IMPORT_LIMITS } from './limits.ts'
import { storeActs } from './store-acts.ts'
import { inTurn, tooManyWaiting } from './turn.ts'

// A transaction costs the same for one small document as for fifty. Acts that wait while others are being written are
// written together then: the busier it gets, the larger the groups. Nobody waits for a group to fill.

/** Groups that are written at the same time. */
const parallel = 2
const groupActs = 64
const waitingLimit = 5_000

interface Waiting {
  readonly act: Act
  readonly resolve: (answer: BatchAnswer) => void
  readonly reject: (error: unknown) => void
}

const waiting: Waiting[] = []
let running = 0

/** Writes a batch of an act and answers after the commit. Where it cannot be written, nothing of it is. */
export function commitAct(act: Act): Promise<BatchAnswer> {
  if (waiting.length >= waitingLimit) throw tooManyWaiting(waitingLimit)
  return new Promise((resolve, reject) => {
    waiting.push({ act, resolve, reject })
    begin()
  })
}

function begin(): void {
  while (running < parallel && waiting.length > 0) {
    running++
    void write(nextGroup()).finally(() => {
      running--
      begin()
    })
  }
}

/** The acts that wait longest, as many as fit into one transaction; one of the demo goes by itself. */
function nextGroup(): Waiting[] {
  let files = 0
  let bytes = 0
  const end = waiting.findIndex(({ act: { items, head } }, index) => {
    files += items.length
    bytes += items.reduce((sum, item) => sum + (item.bytes?.length ?? 0), 0)
    const full = index >= groupActs || files > IMPORT_LIMITS.batchFiles || bytes > IMPORT_LIMITS.batchBytes
    return index > 0 && (full || head.demo || waiting[0]?.act.head.demo === true)
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}

function isDatabaseThere(): Promise<boolean> {
  return pool.query('SELECT 1').then(
    () => true,
    () => false,
  )
}

/** All together; where that fails, each by itself, so that one act's fault is nobody else's. Never rejects. */
async function write(group: readonly Waiting[]): Promise<void> {
  try {
    const answers = await inTurn(() =>
      inTransaction((tx) =>
        storeActs(
          tx,
          group.map(({ act }) => act),
        ),
      ),
    )
    for (const [index, { resolve, reject }] of group.entries()) {
      const answer = answers[index]
      if (answer === undefined) reject(new Error('a written act has no answer'))
      else resolve(answer)
    }
  } catch (error) {
    const alone = group.length === 1 || !(await isDatabaseThere())
    if (alone) for (const { reject } of group) reject(error)
    else for (const one of group) await write([one])
  }
}
