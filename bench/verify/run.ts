// node bench/verify/run.ts [--large] [--python=PATH]
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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

  constructor(command: string, args: string[]) {
    this.child = spawn(command, args, { stdio: 'pipe' })
    this.child.stderr.pipe(process.stderr)
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  async ready(): Promise<this> {
    this.idle = JSON.parse((await this.lines.next()).value).idle
    return this
  }

  async judge(dir: string, times: number): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify({ dir, times })}\n`)
    return JSON.parse((await this.lines.next()).value)
  }
}

const python = process.argv.find((word) => word.startsWith('--python='))?.slice(9) ?? '/usr/bin/python3'
const ours = () => new Judge(process.execPath, [join(import.meta.dirname, 'ours.ts')]).ready()
const theirs = () => new Judge(python, [join(import.meta.dirname, 'reference.py')]).ready()
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
const shown = (number: number) => number.toFixed(number < 10 ? 2 : 0).padStart(8)

const sizes = [10, 1_000, 20_000, ...(process.argv.includes('--large') ? [100_000] : [])]
const aims = new Map([
  [10, 3],
  [1_000, 8],
  [20_000, 12],
  [100_000, 12],
])
console.log(
  '4 steps x files |  ours cpu  in-toto cpu   ratio (aim) | ours wall  in-toto wall   ratio | peak above idle, MiB: ours  in-toto',
)
for (const count of sizes) {
  const dir = mkdtempSync(join(tmpdir(), 'waybill-bench-'))
  generateChain(dir, count)
  const [a, b] = await Promise.all([ours(), theirs()])
  const times = count <= 10 ? 100 : count <= 1_000 ? 4 : 1
  // memory of one verification in a fresh process, before anything is warm
  const first = [await a.judge(dir, 1), await b.judge(dir, 1)] as const
  if (!first[0].allow) throw new Error('the chain should be allowed')
  const rounds: [Answer, Answer][] = []
  for (let round = 0; round < 5; round++) rounds.push([await a.judge(dir, times), await b.judge(dir, times)])
  const of = (which: 0 | 1, what: 'cpu' | 'wall') => median(rounds.map((pair) => pair[which][what]))
  const [cpu, wall] = [of(1, 'cpu') / of(0, 'cpu'), of(1, 'wall') / of(0, 'wall')]
  const mib = (kib: number) => (kib / 1024).toFixed(0).padStart(5)
  console.log(
    `${String(count).padStart(15)} | ${shown(of(0, 'cpu'))}  ${shown(of(1, 'cpu'))} ms  ${cpu.toFixed(1).padStart(6)} (${aims.get(count)})   | ${shown(of(0, 'wall'))}  ${shown(of(1, 'wall'))} ms  ${wall.toFixed(1).padStart(6)} | ${mib(first[0].peak - a.idle)}  ${mib(first[1].peak - b.idle)}`,
  )
  a.child.stdin.end()
  b.child.stdin.end()
  rmSync(dir, { recursive: true })
}
