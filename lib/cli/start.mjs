// `npm start`: from a fresh clone to a running Waybill. Plain JavaScript that any Node from 20.19 runs with nothing
// installed; everything else runs on the Node 24 that the package brings.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepRunning, run } from './children.mjs'
import { startDatabase } from './embedded-database.mjs'
import { dataFolder, makeDataFolder, root, secretsOf } from './folders.mjs'
import { install, node24, toolEnvironment } from './install.mjs'
import { announce, leaveFolder, takeFolder } from './instance-lock.mjs'
import { writeLocalToken } from './local-token.mjs'
import { buildInputs, contentHash } from './sources.mjs'

const began = Date.now()
const seconds = () => ((Date.now() - began) / 1000).toFixed(1)
const say = (text) => console.log(`[${seconds().padStart(5)} s] ${text}`)

const usage = `npm start [-- OPTIONS]
  --demo   also load the demo supply chain
  --dev    for developers: next dev instead of a build
Environment: PORT (3000), HOST (127.0.0.1), DATABASE_URL, WAYBILL_DATA (.waybill), WAYBILL_URL, WAYBILL_TRUST_PROXY,
WAYBILL_SOURCE_FOLDERS (inbox of the data folder), WAYBILL_SOURCE_ORIGINS,
WAYBILL_ADMIN_EMAIL and WAYBILL_ADMIN_PASSWORD (the first administrator, unattended).`

function options() {
  try {
    const { values } = parseArgs({
      options: { demo: { type: 'boolean' }, dev: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    return values
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`)
    process.exit(64)
  }
}

/** The port to listen on: PORT must be free; without PORT the first free one from 3000. */
async function choosePort(host) {
  const isFree = (port) =>
    new Promise((done, fail) => {
      const probe = createServer()
      probe.once('error', (error) => (error.code === 'EADDRINUSE' ? done(false) : fail(error)))
      probe.listen({ port, host, exclusive: true }, () => probe.close(() => done(true)))
    })
  const wanted = process.env.PORT
  if (wanted) {
    const port = Number(wanted)
    if (!(Number.isInteger(port) && port > 0 && port < 65536))
      throw new Error(`PORT: expected 1 to 65535, found ${wanted}.`)
    const free = await isFree(port).catch((error) => {
      throw new Error(`Port ${port} of ${host} cannot be used: ${error.message}.`)
    })
    if (!free)
      throw new Error(`Port ${port} of ${host} is used by another program. Stop it, or set PORT to another one.`)
    return port
  }
  for (let port = 3000; port < 3100; port++) if (await isFree(port)) return port
  throw new Error('Ports 3000 to 3099 are all in use. Set PORT to a free one.')
}

/** Runs `work` unless what it is made of is what it was made of last time. */
async function onceFor(stampFile, stamp, work) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  await work()
  mkdirSync(join(stampFile, '..'), { recursive: true })
  writeFileSync(stampFile, stamp)
}

/** Generates what the schema describes, and builds the pages, where sources have changed. */
async function prepare(node, env, dev) {
  const generated = contentHash(root, ['prisma/schema.prisma', 'package-lock.json'])
  await onceFor(join(root, 'lib', 'generated', 'prisma', '.waybill-stamp'), generated, () =>
    run(node, ['lib/cli/generate.mjs'], { env, title: 'Generating the database client' }),
  )
  if (dev) return
  const sources = contentHash(root, buildInputs)
  await onceFor(join(root, '.next', 'waybill-build'), sources, async () => {
    say('Building the pages (about a minute on two cores, once per change of the sources) ...')
    await run(node, ['node_modules/next/dist/bin/next', 'build'], {
      env: { ...env, NODE_ENV: 'production' },
      title: 'The build',
    })
  })
}

/** The last, said once: whether an administrator exists, or by which link the first one is made. */
async function firstRun(node, env) {
  const { WAYBILL_ADMIN_EMAIL: email, WAYBILL_ADMIN_PASSWORD: password } = process.env
  const given = {
    ...(email ? { WAYBILL_ADMIN_EMAIL: email } : {}),
    ...(password ? { WAYBILL_ADMIN_PASSWORD: password } : {}),
  }
  const out = await run(node, ['--disable-warning=ExperimentalWarning', 'lib/cli/first-run.ts'], {
    env: { ...env, ...given },
    title: 'Preparing the first sign-in',
  })
  return JSON.parse(out.trim().split('\n').at(-1))
}

function addressFor(host, port) {
  if (process.env.WAYBILL_URL) return process.env.WAYBILL_URL.replace(/\/$/, '')
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}

const stops = []
let stopping = null
/** Stops everything in the reverse order of its start. The second request does not wait any longer. */
function stopAll(status, why) {
  if (stopping) return stopping
  if (why) say(why)
  stopping = (async () => {
    for (const stop of stops.reverse()) await stop().catch((error) => console.error(error.message))
    process.exit(status)
  })()
  return stopping
}

function onSignals() {
  let asked = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      // npm passes on what the terminal has sent to all of us already
      if (Date.now() - asked < 1000) return
      if (asked > 0) process.exit(130)
      asked = Date.now()
      stopAll(0, 'Stopping ...')
    })
}

/** npm passes SIGTERM on to a shell that does not pass it on to us: we see that shell go. */
function stopWithParent() {
  const parent = process.ppid
  if (process.env.npm_lifecycle_event === undefined) return
  setInterval(() => process.ppid !== parent && stopAll(0, 'npm is gone. Stopping ...'), 300).unref()
}

async function main() {
  const { demo, dev, help } = options()
  if (help) return console.log(usage)
  const host = process.env.HOST || '127.0.0.1'
  const folder = dataFolder()
  makeDataFolder(folder)
  onSignals()
  stopWithParent()
  const note = takeFolder(folder)
  stops.push(async () => leaveFolder(folder))
  if (note) say(note)
  const port = await choosePort(host)

  await install(say)
  const node = node24()
  const secrets = secretsOf(folder)
  const url = addressFor(host, port)
  const env = {
    ...toolEnvironment(node),
    WAYBILL_DATA: folder,
    NEXTAUTH_SECRET: process.env.NEXTAUTH_SECRET || secrets.session,
    NEXTAUTH_URL: url,
    ...(process.env.WAYBILL_URL ? {} : { AUTH_TRUST_HOST: '1' }),
  }
  writeLocalToken(folder)

  const [database] = await Promise.all([
    process.env.DATABASE_URL ? null : openDatabase(folder, secrets),
    prepare(node, env, dev),
  ])
  if (stopping) return
  env.DATABASE_URL = database?.url ?? process.env.DATABASE_URL
  const migrated = await run(node, ['lib/cli/migrate.mjs', 'deploy'], {
    env,
    title: 'Bringing the database up to date',
  })
  if (!migrated.includes('nothing to apply')) say('The database is up to date.')

  await serve({ node, env, dev, host, port, url, folder, demo })
}

async function openDatabase(folder, secrets) {
  const server = await startDatabase({ folder, secrets, say })
  stops.push(server.stop)
  server.child.on('exit', () => {
    if (!stopping) stopAll(1, 'The database ended by itself. Start Waybill again: it recovers what was committed.')
  })
  return server
}

async function serve({ node, env, dev, host, port, url, folder, demo }) {
  const onGivenUp = (why) => stopAll(1, why)
  // a signal may reach them before it reaches us
  const isStopping = () => stopping !== null
  const worker = keepRunning({
    name: 'The worker',
    script: join(root, 'lib/worker/main.ts'),
    node,
    env,
    say,
    isStopping,
    onGivenUp,
  })
  stops.push(() => worker.stop(10_000))
  const web = dev
    ? devServer(node, env, host, port)
    : keepRunning({
        name: 'The web server',
        script: join(root, 'lib/cli/web.mjs'),
        args: ['--port', String(port), '--host', host],
        node,
        env: { ...env, NODE_ENV: 'production' },
        say,
        isStopping,
        onGivenUp,
      })
  stops.push(() => web.stop(8_000))
  const [first] = await Promise.all([firstRun(node, env), web.ready, worker.ready])
  if (stopping) return
  announce(folder, url)
  if (demo) {
    say('Loading the demo ...')
    await run(node, ['lib/cli/demo.ts'], { env, title: 'Loading the demo' }).then(
      (text) => say(text.trim()),
      (error) => say(error.message),
    )
  }
  say(`Waybill is ready: ${url}`)
  if (first.setupToken)
    console.log(`\n  Create the first administrator (the link works once):\n  ${url}/setup?token=${first.setupToken}\n`)
  if (first.created) console.log(`\n  The administrator ${first.created} was created.\n`)
  console.log('  Ctrl-C stops it.')
}

/** next dev, which restarts by itself what it has to. */
function devServer(node, env, host, port) {
  return keepRunning({
    name: 'next dev',
    script: join(root, 'node_modules/next/dist/bin/next'),
    args: ['dev', '-p', String(port), '-H', host],
    node,
    env: { ...env, NODE_ENV: 'development' },
    say,
    readyAt: `http://${host}:${port}/api/v1/health`,
    onGivenUp: (why) => stopAll(1, why),
  })
}

main().catch((error) => {
  console.error(`\n${error.message}\n`)
  stopAll(1)
})
