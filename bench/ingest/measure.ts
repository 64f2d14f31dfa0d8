// One measurement in a process of its own: node bench/ingest/measure.ts WAY COUNT, with DATABASE_URL of an empty schema.
import { randomUUID } from 'node:crypto'
import { POST } from '../../app/api/v1/attestations/route.ts'
import { systemActor } from '../../lib/auth/actor.ts'
import { closeDatabase, db, pool } from '../../lib/db/client.ts'
import type { Act, ImportHead } from '../../lib/services/imports/act.ts'
import { batches } from '../../lib/services/imports/batches.ts'
import { bringIn } from '../../lib/services/imports/bring-in.ts'
import { commitAct } from '../../lib/services/imports/commit-act.ts'
import { apiToken } from '../../lib/testing/people.ts'
import { documents } from './documents.ts'
import { type Rows, readRows, writeRows } from './prisma-rows.ts'
import { serverCpu } from './server-cpu.ts'
import { readColumns, writeColumns } from './unnest-rows.ts'

const clients = 64
/** What a pipeline, or somebody who moves years of evidence, sends at one go. */
const batch = { clients: 4, documents: 1_000 }
/** What a browser or `curl -F` sends at one go: a folder of links. */
const form = { clients: 4, documents: 100 }
const [way = '', count = '0', from = ''] = process.argv.slice(2)

/** What is timed, prepared before the clock starts. */
async function prepare(): Promise<() => Promise<void>> {
  if (way === 'copy') return () => pool.query(from).then(() => undefined)
  if (way === 'create-many') {
    const rows: Rows = await readRows(from)
    return () => writeRows(db, rows)
  }
  if (way === 'unnest') {
    const columns = await readColumns(from)
    return () => writeColumns(pool, columns)
  }
  const bodies = documents(Number(count))
  const others = (number: number) => documents(number, bodies.length)
  switch (way) {
    case 'one-act':
      return () => oneAct(bodies)
    case 'written':
      return written(bodies)
    case 'batches':
      return posts(linesOf(bodies), linesOf(others(batch.clients * batch.documents)), {
        type: 'application/x-ndjson',
        expected: 200,
        clients: batch.clients,
      })
    case 'forms':
      return posts(formsOf(bodies), formsOf(others(form.clients * form.documents)), {
        type: `multipart/form-data; boundary=${boundary}`,
        expected: 200,
        clients: form.clients,
      })
    case 'pushes':
      return posts(bodies, others(clients), { type: 'application/json', expected: 201, clients })
    default:
      throw new Error(`no way ${way}`)
  }
}

const title = { via: 'cli', title: 'bench', delivery: { kind: 'handed-over' } } as const

async function oneAct(bodies: readonly Uint8Array[]): Promise<void> {
  const files = bodies.map((bytes, n) => ({ path: `run/${n}.link`, bytes }))
  const { counts } = await bringIn(systemActor('bench'), { ...title, at: new Date(), files })
  if (counts.stored !== bodies.length) throw new Error(`${counts.stored} of ${bodies.length} were stored`)
}

/** Recognised and parsed beforehand: what is left is the writing, one transaction after the other. */
async function written(bodies: readonly Uint8Array[]): Promise<() => Promise<void>> {
  const files = bodies.map((bytes, n) => ({ path: `run/${n}.link`, bytes }))
  const head: ImportHead = { ...title, id: randomUUID(), at: new Date(), demo: false, sourceId: null }
  const acts: Act[] = []
  let first = 0
  for await (const items of batches(files, false)) {
    acts.push({ actor: systemActor('bench'), head, items, first, requestId: null })
    first += items.length
  }
  return async () => {
    for (const act of acts) await commitAct(act)
  }
}

function linesOf(bodies: readonly Uint8Array[]): Uint8Array[] {
  const requests: Uint8Array[] = []
  for (let at = 0; at < bodies.length; at += batch.documents)
    requests.push(
      Buffer.concat(bodies.slice(at, at + batch.documents).flatMap((body) => [oneLine(body), Buffer.from('\n')])),
    )
  return requests
}

const boundary = 'a-line-that-stands-in-no-document'

function formsOf(bodies: readonly Uint8Array[]): Uint8Array[] {
  const requests: Uint8Array[] = []
  for (let at = 0; at < bodies.length; at += form.documents) {
    const parts = bodies.slice(at, at + form.documents).flatMap((body, n) => [partHead(`run/${at + n}.link`), body])
    requests.push(Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)]))
  }
  return requests
}

const partHead = (name: string): Uint8Array =>
  Buffer.from(
    `\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  )

/** in-toto-run writes links over several lines; where one is signed, only the line ends between members go. */
const oneLine = (body: Uint8Array): Uint8Array => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString())))

/**
 * Each body a request of its own, through the route with token, body limits and answer. `others` are sent before the
 * clock starts: a server that is pushed to has its threads and connections already.
 */
async function posts(
  bodies: readonly Uint8Array[],
  others: readonly Uint8Array[],
  { type, expected, clients }: { type: string; expected: number; clients: number },
): Promise<() => Promise<void>> {
  const { headers } = await apiToken(['ingest'])
  const client = async (queue: Iterator<Uint8Array>): Promise<void> => {
    for (let { value: body, done } = queue.next(); !done; { value: body, done } = queue.next()) {
      const request = new Request('http://127.0.0.1/api/v1/attestations', {
        method: 'POST',
        headers: { ...headers, 'content-type': type, 'x-request-id': randomUUID() },
        body: Buffer.from(body),
      })
      const answer = await POST(request, { params: Promise.resolve({}) })
      const text = await answer.text()
      if (answer.status !== expected) throw new Error(`a push was answered ${answer.status}: ${text.slice(0, 500)}`)
    }
  }
  const sendAll = async (all: readonly Uint8Array[]): Promise<void> => {
    const queue = all.values()
    await Promise.all(Array.from({ length: clients }, () => client(queue)))
  }
  await sendAll(others)
  return () => sendAll(bodies)
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
