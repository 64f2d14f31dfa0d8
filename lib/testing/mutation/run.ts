// The mutation run: `npm run mutation` for everything, `npm run mutation -- rules time` for some targets; with `--again`
// only what was changed in these files and their tests since the last run, the rest as it was then.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EQUIVALENT } from './equivalent.ts'
import { TARGETS } from './targets.ts'

const ROOT = join(import.meta.dirname, '../../..')
const REPORT = join(ROOT, 'node_modules/.cache/mutation.json')

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly location: {
    readonly start: { readonly line: number; readonly column: number }
    readonly end: { readonly line: number; readonly column: number }
  }
}
type Files = Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>

const again = process.argv.includes('--again')
const wanted = process.argv.slice(2).filter((word) => word !== '--again')
const unknown = wanted.filter((name) => !TARGETS.some((target) => target.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `There is no target ${unknown.join(', ')}; there are ${TARGETS.map(({ name }) => name).join(', ')}.\n`,
  )
  process.exit(64)
}
for (const target of TARGETS) {
  if (wanted.length > 0 && !wanted.includes(target.name)) continue
  const tests = target.tests.filter((file) => existsSync(join(ROOT, file)))
  const words = ['run', join(import.meta.dirname, 'stryker.config.json'), '--mutate', target.files.join(',')]
  const last = join(ROOT, `node_modules/.cache/mutation-${target.name}.json`)
  if (again) words.push('--incremental', '--incrementalFile', last)
  const env = { ...process.env, MUTATION_TESTS: tests.join(',') }
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/stryker'), words, { cwd: ROOT, env, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  if (!again) copyFileSync(REPORT, last)
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8')) as { files: Files }
  for (const line of Object.entries(files).map(([file, found]) => lineOf(file, found)))
    process.stdout.write(`${line}\n`)
}

/** A row of lib/in-toto/MUTATION.md, and what is left to be noticed. */
function lineOf(file: string, { source, mutants }: Files[string]): string {
  const judged = mutants.filter(({ status }) => status !== 'Ignored')
  const alive = judged.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const changes = alive.map((mutant) => ({ line: mutant.location.start.line, ...changeOf(source, mutant) }))
  const known = (EQUIVALENT[file] ?? []).flatMap(({ was, changes: to, places = 1 }) =>
    to.map((change) => ({ was, change, places })),
  )
  const told = known.map((one) => {
    const at = changes.filter(({ was, change }) => was === one.was && change === one.change)
    return { one, at, places: new Set(at.map(({ line }) => line)).size }
  })
  // where more lines read the same than were thought of, nobody knows of which the reason speaks
  const explained = new Set(told.flatMap(({ one, at, places }) => (places === one.places ? at : [])))
  const left = changes.filter((change) => !explained.has(change))
  const equivalent = changes.length - left.length
  const of = judged.length - equivalent
  const score = of === 0 ? 100 : Math.floor((1000 * (of - left.length)) / of) / 10
  return [
    `| \`${file}\` | ${judged.length} | ${of - left.length} | ${equivalent} | ${left.length} | ${score} % |`,
    ...left.map(({ line, change }) => `  alive ${line}: ${change}`),
    ...told
      .filter(({ one, places }) => places !== one.places)
      .map(({ one, places }) => `  listed as equivalent in ${one.places} line(s), alive in ${places}: ${one.change}`),
  ].join('\n')
}

/** The line as it reads and as it would read, without what its place in the file changes. */
function changeOf(
  source: string,
  { location: { start, end }, replacement = '' }: Mutant,
): { was: string; change: string } {
  const lines = source.split('\n')
  const first = lines[start.line - 1] ?? ''
  const before = first.slice(0, start.column - 1)
  const after = (lines[end.line - 1] ?? '').slice(end.column - 1)
  return { was: plain(first), change: plain(`${before}${replacement}${after}`) }
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
