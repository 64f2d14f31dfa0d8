// Runs Python as a child process and writes cases to disk: uses node:*.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import type { Report } from '#lib/in-toto/index.ts'
import { type Draft, type Keys, makeDraft, makeKeys, render } from './chain.ts'
import { Random } from './random.ts'
import { TAMPERINGS, type Tampering } from './tamper.ts'
import { DSSE_TAMPERINGS } from './tamper-dsse.ts'

const answerSchema = z.object({ allow: z.boolean(), error: z.string().nullable(), message: z.string() })
export type PythonAnswer = z.infer<typeof answerSchema>

/** in-toto for Python in a process of its own, asked one case after the other. */
export class Reference {
  readonly version: string
  private readonly child: ChildProcessWithoutNullStreams
  private readonly lines: AsyncIterator<string>

  private constructor(child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, version: string) {
    this.child = child
    this.lines = lines
    this.version = version
  }

  /** null where this Python has no in-toto. */
  static async start(python: string): Promise<Reference | null> {
    const child = spawn(python, [join(import.meta.dirname, 'reference.py')], { stdio: 'pipe' })
    child.stderr.resume()
    child.on('error', () => undefined)
    child.stdin.on('error', () => undefined)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) return null
    return new Reference(child, lines, z.object({ version: z.string() }).parse(JSON.parse(first.value)).version)
  }

  async ask(folder: string): Promise<PythonAnswer> {
    this.child.stdin.write(`${folder}\n`)
    const line = await this.lines.next()
    if (line.done) throw new Error('the reference ended')
    return answerSchema.parse(JSON.parse(line.value))
  }

  stop(): void {
    this.child.stdin.end()
  }
}

export interface Compared {
  readonly seed: number
  readonly tamperings: readonly Tampering[]
  readonly python: PythonAnswer
  readonly report: Report
  /** what is wrong with the pair of answers; null where nothing is */
  readonly complaint: string | null
}

let keys: Keys | null = null

/** Makes the chain of this number, spoils it, and lets both judge it. */
export async function compareOne(
  seed: number,
  reference: Reference,
  withDsse: boolean,
  keep: string | null = null,
): Promise<Compared> {
  keys ??= makeKeys()
  const random = new Random(seed)
  const draft = makeDraft(random, keys, withDsse)
  const tamperings: Tampering[] = []
  const known = withDsse ? [...TAMPERINGS, ...DSSE_TAMPERINGS] : TAMPERINGS
  while (random.chance(tamperings.length === 0 ? 0.65 : 0.15)) tamperings.push(random.pick(known))
  for (const tampering of tamperings) tampering.apply(draft, random, keys)
  const dir = mkdtempSync(join(tmpdir(), 'waybill-chain-'))
  try {
    for (const [path, bytes] of render(draft)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), bytes)
    }
    const python = await reference.ask(dir)
    const report = verifyFolder({
      layout: join(dir, 'root.layout'),
      layoutKeys: [join(dir, 'layout-keys.json')],
      linkDir: join(dir, 'links'),
      at: Date.now(),
      params: draft.params === null ? null : join(dir, 'params.json'),
      intermediates: [],
      trustBundles: null,
      timeProofs: null,
      runInspections: join(dir, 'final'),
      profile: 'strict',
      json: true,
    })
    const complaint = complain(report, python, tamperings, hasInspections(draft))
    if (complaint !== null && keep !== null) cpSync(dir, join(keep, `seed-${seed}`), { recursive: true })
    return { seed, tamperings, python, report, complaint }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Where we are laxer on purpose: a document that Python cannot load ends its verification (`Error` is binascii's). */
const LAX = ['JSONDecodeError', 'FormatError', 'KeyError', 'InvalidMetadata', 'TypeError', 'ValueError', 'Error']

function complain(
  report: Report,
  python: PythonAnswer,
  tamperings: readonly Tampering[],
  inspected: boolean,
): string | null {
  const roots = report.reasons.filter(({ follows, severity }) => follows === undefined && severity !== 'warning')
  if (report.verdict === 'allow' && tamperings.some(({ fatal }) => fatal)) return 'a fatal tampering is allowed'
  const lax = LAX.includes(python.error ?? '') || tamperings.some((one) => one.lax === true)
  if (report.verdict === 'allow' && !python.allow && !lax) return 'we allow what in-toto refuses'
  // what we refuse before, we do not inspect: then nothing is known about the reference's answer
  const notRun = inspected && !report.inspections.some(({ outcome }) => outcome !== 'not-performed')
  if (!notRun && (report.referenceVerdict === 'allow') !== python.allow) return 'we misstate what in-toto answers'
  if (!notRun && python.allow && roots.some(({ strictOnly }) => !strictOnly))
    return 'a refusal that in-toto does not share is not marked as ours'
  return null
}

function hasInspections(draft: Draft): boolean {
  const layouts = [draft.layout, ...draft.links.map(({ document }) => document)]
  return layouts.some((layout) => {
    const inspections = layout.get('inspect')
    return Array.isArray(inspections) && inspections.length > 0
  })
}
