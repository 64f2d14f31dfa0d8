// Runs in-toto-golang and writes cases to disk: uses node:*.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import type { Report } from '#lib/in-toto/index.ts'
import { Random } from '../random.ts'
import { makeCertifiedDraft, renderCertified } from './chain.ts'
import { CERTIFIED_TAMPERINGS, type CertifiedTampering } from './tamper.ts'

/** The program on PATH; null where it is not there. */
export function findGolang(): string | null {
  const found = (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, 'in-toto-golang'))
  return found.find((path) => existsSync(path)) ?? null
}

export interface CertifiedCompared {
  readonly seed: number
  readonly tamperings: readonly CertifiedTampering[]
  readonly golang: { readonly allow: boolean; readonly message: string }
  readonly report: Report
  /** what is wrong with the pair of answers; null where nothing is */
  readonly complaint: string | null
}

/** Makes the chain of this number, spoils it, and lets both judge it. */
export function compareCertified(
  seed: number,
  program: string,
  forced: CertifiedTampering | null = null,
  keep: string | null = null,
): CertifiedCompared {
  const now = Date.now()
  const random = new Random(seed)
  const draft = makeCertifiedDraft(random, now)
  const tamperings: CertifiedTampering[] = forced === null ? [] : [forced]
  while (forced === null && random.chance(tamperings.length === 0 ? 0.7 : 0.15)) {
    tamperings.push(random.pick(CERTIFIED_TAMPERINGS))
  }
  for (const tampering of tamperings) tampering.apply(draft, random)
  const dir = mkdtempSync(join(tmpdir(), 'waybill-certified-'))
  try {
    mkdirSync(join(dir, 'links'))
    for (const [path, bytes] of renderCertified(draft)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), bytes)
    }
    const golang = askGolang(program, dir)
    const report = askOurs(dir, now)
    const complaint = complain(report, golang.allow, tamperings)
    if (complaint !== null && keep !== null) cpSync(dir, join(keep, `seed-${seed}`), { recursive: true })
    return { seed, tamperings, golang, report, complaint }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function intermediatesIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.startsWith('intermediate-'))
    .sort()
    .map((name) => join(dir, name))
}

function askGolang(program: string, dir: string): CertifiedCompared['golang'] {
  const extra = intermediatesIn(dir).flatMap((path) => ['-i', path])
  const args = ['verify', '-l', join(dir, 'root.layout'), '-k', join(dir, 'owner.pub'), '-d', join(dir, 'links')]
  // it writes links of inspections where it runs: not into this tree
  const { status, stdout, stderr } = spawnSync(program, [...args, ...extra], { encoding: 'utf8', cwd: dir })
  return { allow: status === 0, message: `${stdout}${stderr}`.slice(0, 600) }
}

function askOurs(dir: string, at: number): Report {
  return verifyFolder({
    layout: join(dir, 'root.layout'),
    layoutKeys: [join(dir, 'owner.pub')],
    linkDir: join(dir, 'links'),
    at,
    params: null,
    intermediates: intermediatesIn(dir),
    trustBundles: null,
    timeProofs: null,
    runInspections: null,
    profile: 'strict',
    json: true,
  })
}

/** Where we are stricter, a tampering says with which code; we are laxer nowhere. */
function complain(report: Report, allow: boolean, tamperings: readonly CertifiedTampering[]): string | null {
  const ours = report.verdict === 'allow'
  if (ours && tamperings.some(({ fatal }) => fatal)) return 'a fatal tampering is allowed'
  if (ours && !allow) return 'we allow what in-toto-golang refuses'
  if (!ours && allow) {
    const expected = tamperings.flatMap(({ stricter }) => stricter ?? [])
    const roots = report.reasons.filter(({ follows, severity }) => follows === undefined && severity !== 'warning')
    const unexplained = roots.filter(({ code }) => !expected.includes(code))
    if (unexplained.length > 0)
      return `we refuse what in-toto-golang allows: ${unexplained.map(({ code }) => code).join()}`
  }
  if (!ours && tamperings.length === 0) return 'a whole chain is refused'
  return report.referenceVerdict === 'deny' ? null : 'in-toto for Python is said to allow certificates'
}
