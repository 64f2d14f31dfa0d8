import { setTimeout as sleep } from 'node:timers/promises'
import { db } from '#lib/db/client.ts'
import type { Fault } from '../fault.ts'

export const sourceLies: Fault = {
  number: 20,
  name: 'a source is down, or hands out something else',
  short: false,
  inject: async ({ stand, client, archivista }) => {
    archivista.add(3)
    await archivista.watch()
    const missing: string[] = []
    if (!(await archivista.caughtUp())) missing.push('the source was not read while it was well')
    const trust = await trusted()
    const run = client.nextRun()
    const [first] = run.links
    if (first !== undefined) await client.send(first, run.run)
    archivista.fake.interfere = (_asked, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>')
      return true
    }
    await archivista.lookAgain()
    await sleep(2_000)
    await client.ask(run, false)
    // another attestation, whole and signed, in the place of the one that was asked for
    const blobs = [...archivista.fake.blobs.values()]
    archivista.fake.interfere = (asked, response) => {
      if (!asked.url.includes('/download/')) return false
      response.writeHead(200, { 'content-type': 'text/plain' }).end(blobs[0])
      return true
    }
    const stored = await archivista.stored()
    archivista.add(3)
    await archivista.lookAgain()
    await sleep(3_000)
    await client.ask(run, false)
    if ((await archivista.stored()) > stored)
      missing.push('something else was stored in the place of what was asked for')
    if ((await trusted()) !== trust) missing.push('what is trusted has changed')
    archivista.fake.interfere = () => false
    await client.push(run)
    await stand.settled()
    if (!(await archivista.caughtUp(120_000))) missing.push('not caught up once it was well')
    return { injected: 'HTML in place of lists, another attestation in place of three', missing }
  },
}

/** All that verdicts rest on besides evidence. */
async function trusted(): Promise<string> {
  const owners = await db.ownerKey.findMany({ orderBy: [{ softwareId: 'asc' }, { fingerprint: 'asc' }] })
  const bindings = await db.binding.findMany({ orderBy: { id: 'asc' } })
  const text = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  return JSON.stringify([owners, bindings], text)
}
