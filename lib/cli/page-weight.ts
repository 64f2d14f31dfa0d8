import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type APIRequestContext, type Browser, type BrowserContext, chromium } from '@playwright/test'
import { systemChromium } from '../testing/browser.mjs'
import { sourceFiles } from '../testing/import-graph.ts'

// `npm run page-weight`: what each page transfers, and when it first shows something. Starts a Waybill of its own with
// the demo loaded; every page is opened in a browser with an empty cache.

const root = resolve(import.meta.dirname, '../..')
const usage = `npm run page-weight [-- --url URL --email ADDRESS --password PASSWORD] [--rounds N]
Without --url a Waybill of its own is started, with the demo.`

type Weight = {
  page: string
  js: number
  css: number
  fonts: number
  html: number
  requests: number
  firstPaint: number
}
type Server = { url: string; email: string; password: string; stop: () => Promise<void> }

/** Starts Waybill as a person does, on a throw-away data folder. */
async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-weight-'))
  const email = 'admin@bank.example'
  const password = randomBytes(16).toString('hex')
  const env = {
    ...process.env,
    PORT: '',
    DATABASE_URL: '',
    WAYBILL_DATA: folder,
    WAYBILL_ADMIN_EMAIL: email,
    WAYBILL_ADMIN_PASSWORD: password,
  }
  const child = spawn('node', ['lib/cli/start.mjs', '--demo'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await readyAddress(child)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await new Promise((done) => child.on('exit', done))
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, email, password, stop }
}

async function readyAddress(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk
  })
  for (const end = Date.now() + 600_000; Date.now() < end && child.exitCode === null; await sleep(100)) {
    const url = /ready: (\S+)/.exec(text)?.[1]
    if (url) return url
  }
  throw new Error(`Waybill did not start:\n${text}`)
}

async function signIn(context: BrowserContext, server: Server): Promise<void> {
  const api = context.request
  const { csrfToken } = await (await api.get(`${server.url}/api/auth/csrf`)).json()
  const form = { csrfToken, email: server.email, password: server.password, json: 'true' }
  const answer = await api.post(`${server.url}/api/auth/callback/credentials`, { form })
  if (answer.status() !== 200) throw new Error(`sign-in was answered ${answer.status()}: ${await answer.text()}`)
}

/** An address for every page file; segments in brackets are filled with things that the server has. */
async function addresses(api: APIRequestContext, url: string): Promise<{ page: string; address: string }[]> {
  const samples = await sampleIds(api, url)
  const pages = sourceFiles(root, 'app').filter((file) => file.endsWith('/page.tsx') && !file.includes('[...'))
  return pages.flatMap((file) => {
    const page =
      file
        .replace(/^app/, '')
        .replace(/\/page\.tsx$/, '')
        .replace(/\/\([^)]+\)/g, '') || '/'
    const first = page.split('/')[1] ?? ''
    const sample = samples.get(first)
    if (!page.includes('[')) return [{ page, address: page }]
    return sample === undefined ? [] : [{ page, address: page.replace(/\[[^\]]+\]/, sample) }]
  })
}

/** One id per kind of thing, by the first part of its pages' addresses. */
async function sampleIds(api: APIRequestContext, url: string): Promise<Map<string, string>> {
  const rowOf = async (path: string): Promise<Record<string, unknown>> => {
    const answer = await api.get(`${url}${path}`)
    const body: unknown = answer.ok() ? await answer.json() : []
    const rows = Array.isArray(body) ? body : isRecord(body) && Array.isArray(body.rows) ? body.rows : []
    return isRecord(rows[0]) ? rows[0] : {}
  }
  const build = await rowOf('/api/v1/builds?state=blocked&limit=1')
  const software = await rowOf('/api/v1/software')
  const envelope = await rowOf('/api/v1/envelopes?limit=1')
  const draft = await api.post(`${url}/api/v1/layout-drafts`, {
    data: { name: 'page weight', software: null },
    headers: { origin: url, 'sec-fetch-site': 'same-origin' },
  })
  const drawn: unknown = draft.ok() ? await draft.json() : {}
  const found = {
    builds: build.id,
    b: build.short,
    software: software.slug,
    envelopes: envelope.sha256,
    layouts: isRecord(drawn) ? drawn.id : undefined,
  }
  return new Map(Object.entries(found).flatMap(([k, v]): [string, string][] => (typeof v === 'string' ? [[k, v]] : [])))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Opens the page with an empty cache and adds up what came over the wire. */
async function weigh(browser: Browser, server: Server, page: string, address: string): Promise<Weight> {
  const context = await browser.newContext()
  if (!/^\/(signin|setup)/.test(page)) await signIn(context, server)
  const tab = await context.newPage()
  const cdp = await context.newCDPSession(tab)
  await cdp.send('Network.enable')
  const kinds = new Map<string, string>()
  const sums: Record<string, number> = {}
  let requests = 0
  cdp.on('Network.responseReceived', (e) => kinds.set(e.requestId, e.type))
  cdp.on('Network.loadingFinished', (e) => {
    const kind = kinds.get(e.requestId) ?? 'Other'
    sums[kind] = (sums[kind] ?? 0) + e.encodedDataLength
    requests++
  })
  await tab.goto(server.url + address, { waitUntil: 'networkidle' })
  const paint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
  // a page that leads elsewhere once it is shown takes the question with it: ask again
  const firstPaint = await tab
    .evaluate(paint)
    .catch(() => tab.waitForLoadState('networkidle').then(() => tab.evaluate(paint)))
  await context.close()
  const of = (kind: string): number => sums[kind] ?? 0
  return {
    page,
    js: of('Script'),
    css: of('Stylesheet'),
    fonts: of('Font'),
    html: of('Document'),
    requests,
    firstPaint,
  }
}

/** The lightest and quickest of several rounds: what else the machine did is not the page's. */
async function best(rounds: number, once: () => Promise<Weight>): Promise<Weight> {
  let kept = await once()
  for (let i = 1; i < rounds; i++) {
    const next = await once()
    if (next.firstPaint < kept.firstPaint) kept = next
  }
  return kept
}

function line(cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(34) : String(cell).padStart(12))).join('')
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      email: { type: 'string' },
      password: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { url, email = '', password = '' } = values
  const server = url === undefined ? await startServer() : { url, email, password, stop: async () => undefined }
  const browser = await chromium.launch({ executablePath: systemChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const context = await browser.newContext()
    await signIn(context, server)
    const pages = await addresses(context.request, server.url)
    console.log(line(['page', 'JS KiB', 'CSS KiB', 'fonts KiB', 'HTML KiB', 'requests', 'paint ms']))
    const kib = (bytes: number): string => (bytes / 1024).toFixed(0)
    for (const { page, address } of pages) {
      const w = await best(Number(values.rounds), () => weigh(browser, server, page, address))
      console.log(line([w.page, kib(w.js), kib(w.css), kib(w.fonts), kib(w.html), w.requests, w.firstPaint.toFixed(0)]))
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}

await main()
