// The processes that make up a running Waybill: started, watched, begun again, stopped in order.
import { fork, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './folders.mjs'

/** Restarts within this time count together. */
const windowMs = 60_000
const maxRestarts = 5

/** Runs a program to its end. Its output is shown only if it fails; resolves with its standard output. */
export function run(cmd, args, { env, title }) {
  return new Promise((done, fail) => {
    const child = spawn(cmd, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let all = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      all += chunk
    })
    child.stderr.on('data', (chunk) => {
      all += chunk
    })
    child.on('error', (error) => fail(new Error(`${title} cannot be run: ${error.message}`)))
    child.on('exit', (code, signal) =>
      code === 0
        ? done(out)
        : fail(new Error(`${title} failed (${signal ?? `status ${code}`}):\n${all.trim().slice(-6000)}`)),
    )
  })
}

/**
 * A child process with a channel to us: it says `ready`, it stops when told or when the channel breaks, which it does
 * when we are killed. One that ends by itself is begun again; `onGivenUp` is called when that does not help.
 * With `readyAt` it is a program that knows no channel: ready when that address answers, stopped by signal.
 */
export function keepRunning({ name, script, args = [], node, env, say, readyAt, isStopping = () => false, onGivenUp }) {
  let child = null
  let stopping = false
  let restarts = []
  let markReady = () => undefined
  let markFailed = () => undefined
  const ready = new Promise((done, fail) => {
    markReady = done
    markFailed = fail
  })
  const begin = () => {
    child = fork(script, args, {
      cwd: root,
      env,
      execPath: node,
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.on('message', (message) => {
      if (message === 'ready' || message?.ready) markReady(message)
    })
    child.on('error', (error) => say(`${name}: ${error.message}`))
    child.on('exit', (code, signal) => {
      child = null
      if (!stopping && !isStopping()) onExit(signal ?? `status ${code}`)
    })
  }
  const onExit = (how) => {
    const now = Date.now()
    restarts = [...restarts.filter((t) => t > now - windowMs), now]
    if (restarts.length > maxRestarts) {
      markFailed(new Error(`${name} ended again and again (${how}); see above.`))
      onGivenUp(`${name} ended ${restarts.length} times within a minute (${how}).`)
      return
    }
    say(`${name} ended (${how}); starting it again.`)
    setTimeout(() => stopping || isStopping() || begin(), 200 * 2 ** restarts.length)
  }
  const stop = (patienceMs) =>
    new Promise((done) => {
      stopping = true
      if (child === null) return done()
      const timer = setTimeout(() => child?.kill('SIGKILL'), patienceMs)
      child.on('exit', () => {
        clearTimeout(timer)
        done()
      })
      if (child.connected && !readyAt) child.send('stop')
      else child.kill('SIGTERM')
    })
  ready.catch(() => undefined)
  begin()
  if (readyAt) answers(readyAt).then(markReady, markFailed)
  return { ready, stop, pid: () => child?.pid ?? null }
}

/** Waits until the address answers anything. */
async function answers(url) {
  for (let attempt = 0; attempt < 600; attempt++, await sleep(250))
    if (
      await fetch(url, { redirect: 'manual' }).then(
        () => true,
        () => false,
      )
    )
      return 'ready'
  throw new Error(`${url} did not answer within two and a half minutes.`)
}
