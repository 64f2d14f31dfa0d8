// node bench/verify/run.ts [--large] [--sizes=10,1000] [--python=PATH]
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findGolang } from '#lib/testing/differential/golang/compare.ts'
import { generateChain } from './generate.ts'

interface Answer {
  readonly allow: boolean
  readonly cpu: number
  readonly wall: number
  readonly peak: number
}

class Judge {
  readonly child: ChildProcessWithoutNullStreams
  readonly lines: AsyncIterator<string>
  idle = 0

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(command, args, { stdio: 'pipe', env })
    this.child.stderr.pipe(process.stderr)
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  async ready(): Promise<this> {
    this.idle = JSON.parse((await this.lines.next()).value).idle
    return this
  }

  async judge(dir: string, times: number, mode = 'whole'): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify({ dir, times, mode })}\n`)
    return JSON.parse((await this.lines.next()).value)
  }
}

const argument = (name: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
const here = (name: string) => join(import.meta.dirname, name)
const python = argument('python') ?? '/usr/bin/python3'
const golang = findGolang()
const compiled = mkdtempSync(join(tmpdir(), 'waybill-bench-compiled-'))
/** Started as `waybill.mjs` starts, with what an earlier call compiled. */
const ours = () =>
  new Judge(process.execPath, ['--max-semi-space-size=8', here('ours.ts')], {
    ...process.env,
    NODE_COMPILE_CACHE: compiled,
  })
const judges = new Map<string, () => Promise<Judge>>([
  ['ours', () => ours().ready()],
  ['in-toto', () => new Judge(python, [here('reference.py')]).ready()],
])
if (golang !== null) judges.set('in-toto-golang', () => new Judge(python, [here('golang.py'), golang]).ready())

const AIMS = new Map([
  [10, 3],
  [1_000, 8],
  [20_000, 12],
  [100_000, 12],
])
/**
 * Our verifications before anything is measured, verifications in a round, rounds. A small chain is judged many thousands
 * of times before nothing is compiled any more while it is measured; in-toto, which is not compiled, as often as in a
 * round.
 */
const PLANS = new Map([
  [10, [20_000, 300, 9]],
  [1_000, [40, 5, 7]],
  [20_000, [4, 2, 5]],
  [100_000, [1, 1, 3]],
])
const sizes = argument('sizes')?.split(',').map(Number) ?? [
  ...[10, 1_000, 20_000],
  ...(process.argv.includes('--large') ? [100_000] : []),
]
/** What else our process is asked to do with the same chain. */
const PARTS = ['at hand', 'floor'] as const
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
const ms = (number: number) => `${number.toFixed(number < 10 ? 2 : 0)} ms`.padStart(11)
const mib = (kib: number) => `${(kib / 1024).toFixed(0)} MiB`.padStart(9)
const times = (number: number, digits = 1) => `${number.toFixed(digits)}x`.padStart(7)

console.log(`Four steps, each document read from disk, parsed, its signature checked, all rules applied, the verdict made.
ours, in-toto: in one process after its imports, warm. first: the very first verification of such a process.
in-toto-golang: a process for each, its start included${golang === null ? ' (left out: in-toto-golang is not on PATH)' : ''}.
at hand: ours without the reading of files, as a server has them; against the floor, too.
floor: the five signature checks alone, with keys parsed and bytes at hand. Medians of interleaved rounds.
peak: resident memory after the first verification, above the process before it; whole: with that process (aim at
100,000 files: below 350 MB).`)
const earlier = await ours().ready()
earlier.child.stdin.end()
await once(earlier.child, 'exit')
for (const count of sizes) {
  const dir = mkdtempSync(join(tmpdir(), 'waybill-bench-'))
  generateChain(dir, count)
  const [warm = 1, each = 1, rounds = 3] = PLANS.get(count) ?? []
  const running = new Map<string, Judge>()
  for (const [name, start] of judges) running.set(name, await start())
  const first = new Map<string, Answer>()
  for (const [name, judge] of running) first.set(name, await judge.judge(dir, 1))
  for (const [name, { allow }] of first) if (!allow) throw new Error(`${name} should allow the chain`)
  await running.get('ours')?.judge(dir, warm)
  await running.get('ours')?.judge(dir, warm, 'at hand')
  await running.get('in-toto')?.judge(dir, each)
  const measured = new Map<string, Answer[]>([...running.keys(), ...PARTS].map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, judge] of running) measured.get(name)?.push(await judge.judge(dir, each))
    for (const part of PARTS) {
      const answer = await running.get('ours')?.judge(dir, each, part)
      if (answer !== undefined) measured.get(part)?.push(answer)
    }
  }
  const of = (name: string, what: 'cpu' | 'wall') => median((measured.get(name) ?? []).map((one) => one[what]))
  const ours = of('ours', 'cpu')
  console.log(
    `\n4 x ${count.toLocaleString('en')}${''.padEnd(20)}CPU     against        wall  against  first, CPU       peak      whole`,
  )
  for (const name of measured.keys()) {
    const begun = first.get(name)
    const idle = running.get(name)?.idle ?? 0
    const peak = begun === undefined ? '' : `${mib(begun.peak - idle)}  ${mib(begun.peak)}`
    const against = name === 'floor' ? times(ours / of(name, 'cpu'), 2) : times(of(name, 'cpu') / ours)
    const wall =
      name === 'floor' ? times(of('ours', 'wall') / of(name, 'wall'), 2) : times(of(name, 'wall') / of('ours', 'wall'))
    console.log(
      `${name.padEnd(16)}${ms(of(name, 'cpu'))} ${name === 'ours' ? ''.padStart(11) : `${against}${aimOf(name, count)}`} ${ms(of(name, 'wall'))}  ${name === 'ours' ? ''.padStart(7) : wall} ${begun === undefined ? ''.padStart(11) : ms(begun.cpu)}  ${peak}`,
    )
  }
  console.log(`at hand against the floor: ${(of('at hand', 'cpu') / of('floor', 'cpu')).toFixed(2)}x`)
  console.log(`ours, for each of ${count.toLocaleString('en')} files: ${((ours * 1_000) / count).toFixed(1)} µs`)
  for (const { child } of running.values()) child.stdin.end()
  rmSync(dir, { recursive: true })
}
rmSync(compiled, { recursive: true })

function aimOf(name: string, count: number): string {
  if (name === 'floor' && count === 10) return ' (≤1.5)'.slice(0, 7)
  return name === 'in-toto' ? ` (${AIMS.get(count)})`.padEnd(4).slice(0, 5) : ''.padEnd(4)
}
