import { pool } from '#lib/db/client.ts'
import type { Act, BatchAnswer } from './act.ts'
import { IMPORT_LIMITS } from './limits.ts'
import { storeActs } from './store-acts.ts'
import { inTurn, tooManyWaiting } from './turn.ts'
import { inWriting } from './writing.ts'

// A transaction costs the same for one small document as for fifty. Acts that wait while others are being written are
// written together then: the busier it gets, the larger the groups. Nobody waits for a group to fill.

/** Beside a group that takes long others are written, so that a large one holds up nobody for long. */
const parallel = 4
const heavyBytes = 4 * 1024 * 1024
const heavyFiles = 500
const groupActs = 64
const waitingLimit = 5_000

interface Waiting {
  readonly act: Act
  readonly resolve: (answer: BatchAnswer) => void
  readonly reject: (error: unknown) => void
}

const waiting: Waiting[] = []
let running = 0
let heavy = 0

/** Writes a batch of an act and answers after the commit. Where it cannot be written, nothing of it is. */
export function commitAct(act: Act): Promise<BatchAnswer> {
  if (waiting.length >= waitingLimit) throw tooManyWaiting(waitingLimit)
  return new Promise((resolve, reject) => {
    waiting.push({ act, resolve, reject })
    begin()
  })
}

function begin(): void {
  while (waiting.length > 0 && running < parallel && running === heavy) {
    const group = nextGroup()
    const weight = isHeavy(group) ? 1 : 0
    running++
    heavy += weight
    void write(group).finally(() => {
      running--
      heavy -= weight
      begin()
    })
  }
}

const bytesOf = ({ items }: Act): number => items.reduce((sum, item) => sum + (item.bytes?.length ?? 0), 0)

function isHeavy(group: readonly Waiting[]): boolean {
  const files = group.reduce((sum, { act }) => sum + act.items.length, 0)
  return files > heavyFiles || group.reduce((sum, { act }) => sum + bytesOf(act), 0) > heavyBytes
}

/** The acts that wait longest, as many as fit into one transaction; one of the demo goes by itself. */
function nextGroup(): Waiting[] {
  let files = 0
  let bytes = 0
  const end = waiting.findIndex(({ act }, index) => {
    files += act.items.length
    bytes += bytesOf(act)
    const full = index >= groupActs || files > IMPORT_LIMITS.batchFiles || bytes > IMPORT_LIMITS.batchBytes
    return index > 0 && (full || act.head.demo || waiting[0]?.act.head.demo === true)
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
    const acts = group.map(({ act }) => act)
    const items = acts.flatMap((act) => act.items)
    const answers = await inTurn(() => inWriting(items, (writing) => storeActs(writing, acts)))
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
