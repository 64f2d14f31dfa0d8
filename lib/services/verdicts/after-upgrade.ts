import { inTransaction } from '#lib/db/client.ts'
import { ENGINE } from '#lib/in-toto/engine.ts'
import { judgeEverything } from '../trust/judge-everything.ts'

const key = 'engine'

/**
 * Has everything judged again where verdicts of another engine may stand: one that is stricter must not wait for new
 * evidence before it says no. Does nothing where this engine was asked for already.
 * @returns whether anything was asked for
 */
export async function judgeAfterUpgrade(): Promise<boolean> {
  return inTransaction(async (tx) => {
    const known = await tx.setting.findUnique({ where: { key } })
    if (known?.value === ENGINE) return false
    await judgeEverything(tx)
    await tx.setting.upsert({ where: { key }, create: { key, value: ENGINE }, update: { value: ENGINE } })
    return true
  })
}
