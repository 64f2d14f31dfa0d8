// Not pure: runs ELK in a worker thread (node:worker_threads), because arranging 300 nodes holds a thread for half a
// second and the server must answer others meanwhile. The pure halves are in elk-graph.ts. Never reaches the browser.
import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { ElkNode } from 'elkjs/lib/elk-api.js'
import type { Arrangement } from '#lib/contract/layouts.ts'
import { type ArrangeRequest, fromElk, routesMeet, toElk, WRAPPINGS } from './elk-graph.ts'

/** Ample for the 300 nodes that the contract allows (0.6 s); whatever takes longer is given up. */
const TIME_LIMIT_MS = 30_000
const REMEMBERED = 500

/** Source text, not a file: bundlers neither follow it nor need to. `elkjs` is found from the folder the server runs in. */
const WORKER = `
const { createRequire } = require('node:module')
const { parentPort, workerData } = require('node:worker_threads')
const ELK = createRequire(workerData.from)('elkjs/lib/elk.bundled.js')
const elk = new ELK()
parentPort.on('message', ({ id, graph }) => {
  elk.layout(graph).then(
    (arranged) => parentPort.postMessage({ id, arranged }),
    (error) => parentPort.postMessage({ id, error: String(error && error.message || error) }),
  )
})`

interface Answer {
  readonly id: number
  readonly arranged?: ElkNode
  readonly error?: string
}
interface Waiting {
  readonly resolve: (arranged: ElkNode) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | null = null
let counter = 0
const waiting = new Map<number, Waiting>()
/** request hash -> arrangement, oldest first: the picture must not jump between visits */
const remembered = new Map<string, Promise<Arrangement>>()

/**
 * Where each node goes and how each edge runs. The same request gives the same answer, from memory where it was asked
 * before. Rejects where ELK cannot arrange it within 30 s.
 */
export function arrange(request: ArrangeRequest): Promise<Arrangement> {
  if (request.nodes.length === 0) return Promise.resolve({ nodes: {}, edges: {}, width: 0, height: 0 })
  const key = createHash('sha256').update(JSON.stringify(request)).digest('base64')
  const known = remembered.get(key)
  if (known !== undefined) return known
  const made = layoutWhole(request)
  remember(key, made)
  made.catch(() => remembered.delete(key))
  return made
}

/** The most readable wrapping whose routes all arrive; the last one is taken as it is. */
async function layoutWhole(request: ArrangeRequest): Promise<Arrangement> {
  let made: Arrangement | null = null
  for (const wrapping of WRAPPINGS) {
    made = fromElk(await layout(toElk(request, wrapping)))
    if (routesMeet(request, made)) break
  }
  return made ?? { nodes: {}, edges: {}, width: 0, height: 0 }
}

function remember(key: string, made: Promise<Arrangement>): void {
  remembered.set(key, made)
  const oldest = remembered.keys().next()
  if (remembered.size > REMEMBERED && oldest.done !== true) remembered.delete(oldest.value)
}

function layout(graph: ElkNode): Promise<ElkNode> {
  const id = ++counter
  return new Promise<ElkNode>((resolve, reject) => {
    const timer = setTimeout(() => stop(new Error(`arranging took over ${TIME_LIMIT_MS / 1000} s`)), TIME_LIMIT_MS)
    waiting.set(id, {
      resolve: (arranged) => {
        clearTimeout(timer)
        resolve(arranged)
      },
      reject: (error) => {
        clearTimeout(timer)
        reject(error)
      },
    })
    running().postMessage({ id, graph })
  })
}

/** The one worker, started when first needed; it does not keep the process alive. */
function running(): Worker {
  if (worker !== null) return worker
  const started = new Worker(WORKER, { eval: true, workerData: { from: `${process.cwd()}/package.json` } })
  started.unref()
  started.on('message', settle)
  started.on('error', (error: Error) => stop(error))
  started.on('exit', () => {
    if (worker === started) stop(new Error('the arranging thread ended'))
  })
  worker = started
  return started
}

function settle(answer: Answer): void {
  const one = waiting.get(answer.id)
  if (one === undefined) return
  waiting.delete(answer.id)
  if (answer.arranged === undefined) one.reject(new Error(answer.error ?? 'ELK gave no answer'))
  else one.resolve(answer.arranged)
}

/** Ends the worker and refuses all that wait; the next request starts a new one. */
function stop(error: Error): void {
  const ended = worker
  worker = null
  for (const one of waiting.values()) one.reject(error)
  waiting.clear()
  void ended?.terminate()
}
