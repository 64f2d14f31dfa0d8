// `npm test`: everything that shows that Waybill works, from a fresh clone. Plain JavaScript, Node 20.19 or newer.
// It installs what it lacks, runs every suite to its end, names every skipped test with its reason, and closes with
// one line of totals. The exit status is 0 only if every suite ran and nothing failed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemChromium } from '../testing/browser.mjs'
import { root } from './folders.mjs'
import { install, node24, toolEnvironment } from './install.mjs'
import { closingLines, sumUp } from './test-totals.mjs'

const usage = `npm test [-- --only SUITE]
  SUITE is one of types, lint, unit, e2e; it may be given several times.`

const began = Date.now()
const say = (text) => console.log(`\n=== ${text} (${Math.round((Date.now() - began) / 1000)} s)`)
const scratch = mkdtempSync(join(tmpdir(), 'waybill-totals-'))

/** Runs a program with its output shown; resolves with its exit status. */
function show(cmd, args, env) {
  return new Promise((done) => {
    const child = spawn(cmd, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', (error) => {
      console.error(`${cmd} cannot be run: ${error.message}`)
      done(127)
    })
    child.on('exit', (code) => done(code ?? 1))
  })
}

/** A suite that is one check: it passes or fails as a whole. */
async function single(steps, env) {
  for (const [cmd, ...args] of steps)
    if ((await show(cmd, args, env)) !== 0) return { passed: 0, failed: 1, skipped: [] }
  return { passed: 1, failed: 0, skipped: [] }
}

/** A suite whose reporter writes what it counted. One that wrote nothing, or ran nothing, has failed. */
async function counted(name, [cmd, ...args], env) {
  const file = join(scratch, `${name}.json`)
  const status = await show(cmd, args, { ...env, WAYBILL_TEST_RESULT: file })
  if (!existsSync(file)) {
    console.error(`The suite ${name} ended with status ${status} before it could count its tests.`)
    return { passed: 0, failed: 1, skipped: [] }
  }
  const result = JSON.parse(readFileSync(file, 'utf8'))
  if (status !== 0 && result.failed === 0) result.failed = 1
  return result
}

const isRoot = process.getuid?.() === 0
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

/** Installs Debian packages where that is possible; says how where it is not. */
async function fromDebian(packages, why) {
  const how = `apt-get install --no-install-recommends ${packages.join(' ')}`
  if (!isRoot || !has('apt-get')) {
    console.log(`${why} To have them run: ${how}`)
    return false
  }
  console.log(`${why} Installing: ${packages.join(' ')} ...`)
  const quiet = (args) =>
    spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  let r = quiet(['install', '-y', '-qq', '--no-install-recommends', ...packages])
  if (r.status !== 0) {
    quiet(['update', '-qq'])
    r = quiet(['install', '-y', '-qq', '--no-install-recommends', ...packages])
  }
  if (r.status !== 0) console.error(`${how} failed:\n${r.stderr.trim()}`)
  return r.status === 0
}

/** Whether a browser is there: the system's, or Playwright's own. */
async function browserIsThere(node, env) {
  if (systemChromium()) return true
  const ask = `import { chromium } from '@playwright/test'; process.stdout.write(chromium.executablePath())`
  const own = spawnSync(node, ['--input-type=module', '-e', ask], { cwd: root, env, encoding: 'utf8' }).stdout
  if (own && existsSync(own)) return true
  if (await fromDebian(['chromium'], 'The browser tests need Chromium.')) return systemChromium() !== undefined
  console.error(
    'There is no browser to test with. Install Chromium as said above, or run: npx playwright install chromium',
  )
  return false
}

const suites = {
  types: (_node, env) =>
    single(
      [
        ['next', 'typegen'],
        ['tsc', '--noEmit'],
      ],
      env,
    ),
  lint: (_node, env) => single([['biome', 'check', '--error-on-warnings', '.']], env),
  unit: async (_node, env) => {
    if (!has('in-toto-run') || !has('in-toto-verify'))
      await fromDebian(['in-toto'], 'Some tests run the reference implementation of in-toto.')
    return counted('unit', ['vitest', 'run', '--reporter=default', '--reporter=./lib/testing/vitest-reporter.ts'], env)
  },
  e2e: async (node, env) => {
    if (!(await browserIsThere(node, env))) return { passed: 0, failed: 1, skipped: [] }
    // as root the database's user has to reach the folder
    const data = mkdtempSync(join(tmpdir(), 'waybill-e2e-'))
    const result = await counted('e2e', ['playwright', 'test'], { ...env, E2E_DATA: data })
    rmSync(data, { recursive: true, force: true })
    return result
  },
}

function chosenSuites() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
    const names = values.only ?? Object.keys(suites)
    const unknown = names.filter((name) => !Object.hasOwn(suites, name))
    if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(', ')}.`)
    return names
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`)
    process.exit(64)
  }
}

async function main() {
  const names = chosenSuites()
  await install((text) => console.log(text))
  const node = node24()
  const env = toolEnvironment(node)
  const generated = spawnSync(node, ['lib/cli/generate.mjs'], { cwd: root, env, encoding: 'utf8' })
  if (generated.status !== 0) throw new Error(`The database client could not be generated:\n${generated.stderr}`)
  const results = []
  for (const name of names) {
    say(name)
    results.push({ suite: name, ...(await suites[name](node, env)) })
  }
  const total = sumUp(results)
  console.log(`\n${closingLines(results, total).join('\n')}`)
  return total.failed === 0 ? 0 : 1
}

main()
  .catch((error) => {
    console.error(`\n${error.message}\n\n0 passed, 1 failed, 0 skipped`)
    return 1
  })
  .then((status) => {
    rmSync(scratch, { recursive: true, force: true })
    process.exitCode = status
  })
