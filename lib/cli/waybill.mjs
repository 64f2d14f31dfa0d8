#!/usr/bin/env -S node --max-semi-space-size=8
// The `waybill` command. Plain JavaScript, so that an older Node can start it: the work is done by the Node 24 that the
// package brings. What was compiled is kept, which makes the next call quick. What is young and soon dead gets 8 MiB at a
// time: with more, a chain of large links takes a quarter more memory and no less time.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const packages = resolve(here, '../../node_modules')
const cache = join(packages, '.cache', 'waybill')
const major = Number.parseInt(process.versions.node, 10)

if (major >= 24) {
  module.enableCompileCache?.(cache)
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else onNode24()

function onNode24() {
  const node = join(packages, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (!existsSync(node)) {
    console.error(`waybill runs on Node 24; this is ${process.version}. Run \`npm install\` here, or install Node 24.`)
    process.exit(64)
  }
  const child = spawn(node, ['--max-semi-space-size=8', join(here, 'main.ts'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)))
}
