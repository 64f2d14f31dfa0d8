// One measurement in a process of its own: node bench/ingest/measure.ts WAY COUNT, with DATABASE_URL of an empty schema.
import { randomUUID } from 'node:crypto'
import { POST } from '../../app/api/v1/attestations/route.ts'
import { systemActor } from '../../lib/auth/actor.ts'
import { closeDatabase, db, pool } from '../../lib/db/client.ts'
import { bringIn } from '../../lib/services/imports/bring-in.ts'
import { apiToken } from '../../lib/testing/people.ts'
import { documents } from './documents.ts'
import { type Rows, readRows, writeRows } from './prisma-rows.ts'
import { serverCpu } from './server-cpu.ts'

const clients = 64
const [way = '', count = '0', from = ''] = process.argv.slice(2)

/** What is timed, prepared before the clock starts. */
async function prepare(): Promise<() => Promise<void>> {
  if (way === 'copy') return () => pool.query(from).then(() => undefined)
  if (way === 'create-many') {
    const rows: Rows = await readRows(from)
    return () => writeRows(db, rows)
  }
  const bodies = documents(Number(count))
  return way === 'one-act' ? () => oneAct(bodies) : await pushes(bodies)
}

async function oneAct(bodies: readonly Uint8Array[]): Promise<void> {
  const files = bodies.map((bytes, n) => ({ path: `run/${n}.link`, bytes }))
  const { counts } = await bringIn(systemActor('bench'), {
    via: 'cli',
    title: 'bench',
    at: new Date(),
    files,
    delivery: { kind: 'handed-over' },
  })
  if (counts.stored !== bodies.length) throw new Error(`${counts.stored} of ${bodies.length} were stored`)
}

async function pushes(bodies: readonly Uint8Array[]): Promise<() => Promise<void>> {
  const { headers } = await apiToken(['ingest'])
  let next = 0
  const client = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const request = new Request('http://127.0.0.1/api/v1/attestations', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'x-request-id': randomUUID() },
        body: Buffer.from(body),
      })
      const { status } = await POST(request, { params: Promise.resolve({}) })
      if (status !== 201) throw new Error(`a push was answered ${status}`)
    }
  }
  return async () => {
    await Promise.all(Array.from({ length: clients }, client))
  }
}

const work = await prepare()
await pool.query('SELECT 1')
const [server, own, begun] = [await serverCpu(), process.cpuUsage(), performance.now()]
await work()
const wall = performance.now() - begun
const used = process.cpuUsage(own)
const node = (used.user + used.system) / 1000
console.log(JSON.stringify({ wall, node, server: (await serverCpu()) - server }))
await closeDatabase()
