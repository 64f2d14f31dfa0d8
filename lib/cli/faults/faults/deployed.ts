import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Fault } from '../fault.ts'

const run = promisify(execFile)
const migrate = resolve(import.meta.dirname, '../../migrate.mjs')

/** What an expanding migration does: columns and an index more, which the running release does not know. */
const expand = [
  'ALTER TABLE "Envelope" ADD COLUMN "later" integer',
  'ALTER TABLE "Sighting" ADD COLUMN "later" text NOT NULL DEFAULT \'\'',
  'ALTER TABLE "Job" ADD COLUMN "later" integer',
  'ALTER TABLE "ApiToken" ADD COLUMN "later" integer',
  'ALTER TABLE "AuditEntry" ADD COLUMN "later" integer',
  'CREATE INDEX CONCURRENTLY "later" ON "Envelope" ("later")',
]

export const deployed: Fault = {
  number: 14,
  name: 'another release deployed while evidence comes in',
  short: false,
  inject: async ({ stand, client }) => {
    const refusals = (): number =>
      [...client.statuses].reduce((sum, [status, n]) => (/^5/.test(status) ? sum + n : sum), 0)
    const before = refusals()
    const stop = client.load(4)
    await sleep(1_500)
    await stand.other.start()
    await run(process.execPath, [migrate, 'deploy'], { env: { ...process.env, DATABASE_URL: stand.cluster.url } })
    for (const sql of expand) {
      await stand.cluster.asSuperuser('waybill', sql)
      await sleep(300)
    }
    const failed = refusals() - before
    await stand.worker.stop()
    await stand.web.stop()
    await stand.web.start()
    await sleep(1_500)
    await stop()
    return {
      injected: `${expand.length} statements under load, both workers at once, ${failed} uploads refused meanwhile`,
      missing: failed === 0 ? [] : [`${failed} uploads were refused while the schema grew`],
    }
  },
}
