import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import { readNamedFile } from '#lib/cli/verify/read-inputs.ts'
import { folderCases, packedCases, type VectorCase, withCase } from '#lib/cli/verify/vector-cases.ts'
import { explanationSchema } from '#lib/contract/builds.ts'
import { type Report, readDocument } from '#lib/in-toto/index.ts'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { explain } from './explain.ts'
import type { ExplainContext, RecordedFiles } from './explain-context.ts'
import { drawGraph } from './graph.ts'

const AT = Date.parse('2026-11-22T12:00:00Z')

const shared = sharedPath('vectors/peers')
const cases: VectorCase[] = [...packedCases(), ...(shared === null ? [] : folderCases(shared))]

interface Judged {
  readonly report: Report
  readonly context: ExplainContext
}

/** The report that the engine gives, with the links that it counted: what the service hands to `explain`. */
function judge(vector: VectorCase): Judged {
  return withCase(vector, AT, (given) => {
    const report = verifyFolder({ ...given, runInspections: null })
    const links = new Map<string, RecordedFiles>()
    for (const step of report.steps) {
      const [link] = step.counted
      if (link === undefined) continue
      const source = join(given.linkDir, link.source)
      const document = readDocument(source, readNamedFile(source, 'link'))
      if ('envelope' in document && document.envelope.kind === 'link') links.set(step.name, document.envelope.document)
    }
    return { report, context: contextOf(links) }
  })
}

function contextOf(links: ReadonlyMap<string, RecordedFiles>): ExplainContext {
  return {
    software: { slug: 'payments', name: 'payments' },
    build: { short: 'abc123', label: 'run 17', files: [{ path: 'foo.tar.gz' }] },
    layout: { versionId: '0199c0de-0000-7000-8000-000000000001', name: 'release', number: 3 },
    links,
  }
}

const judged = new Map(cases.map((vector) => [vector.id, judge(vector)]))
const of = (id: string): Judged => {
  const found = judged.get(id)
  if (found === undefined) throw new Error(`no case ${id}`)
  return found
}

describe('every case of the vectors', () => {
  test.each(cases.map((vector) => [vector.id, vector.title] as const))('%s: %s', (id) => {
    const { report, context } = of(id)
    const told = explanationSchema.parse(explain(report, context))
    const text = JSON.stringify(told)
    expect(text).not.toMatch(/undefined|\[object|NaN|trustworthy|\bsafe\b/)
    expect(told.heading.length).toBeGreaterThan(10)
    expect(told.heading.length).toBeLessThan(260)
    expect(told.timeline.map((entry) => entry.step)).toEqual(report.steps.map((step) => step.name))
    if (report.verdict === 'allow') {
      expect(told.kind).toBe('verified')
      expect(told.code).toBeNull()
      return
    }
    const [root] = report.reasons
    expect(told.code).toBe(root?.code)
    expect(told.kind).not.toBe('verified')
    expect(told.kind).not.toBe('other')
    expect(told.fixes.length).toBeGreaterThan(1)
    expect(told.fixes.at(-1)?.id).toBe('reproduce')
    for (const fix of told.fixes) expect(fix.title.length * fix.text.length).toBeGreaterThan(0)
    const named = root?.inspection ?? root?.path?.[0] ?? root?.step
    if (named !== undefined) expect(told.heading).toContain(named)
    if (root?.artifact !== undefined && root.rule !== undefined) {
      expect(told.heading).toContain(root.artifact)
      expect(told.files.map((file) => file.path)).toContain(root.artifact)
      expect(told.rule?.all[told.rule.index]).toBe(told.rule?.text)
    }
  })
})

describe('every graph', () => {
  test.each(cases.map((vector) => [vector.id, vector.title] as const))('%s: %s', (id) => {
    const { report } = of(id)
    const last = report.steps.at(-1)?.name ?? ''
    const graph = drawGraph(report, {
      layout: null,
      files: [{ path: 'foo.tar.gz', algo: 'sha256', digest: 'ab'.repeat(32) }],
      finalStep: last,
    })
    const ids = graph.nodes.map((node) => node.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...graph.order].sort()).toEqual([...ids].sort())
    expect(graph.nodes.filter((node) => node.kind === 'step').map((node) => node.label)).toEqual(
      report.steps.map((step) => step.name),
    )
    for (const edge of graph.edges) {
      expect(ids).toContain(edge.source)
      expect(ids).toContain(edge.target)
    }
    for (const problem of graph.problems) {
      expect([...ids, ...graph.edges.map((edge) => edge.id)]).toContain(problem)
    }
    const modified = report.reasons.find((reason) => reason.code === 'ARTIFACT_MODIFIED' && reason.path === undefined)
    if (modified !== undefined && modified.inspection === undefined) {
      const edge = graph.edges.find((one) => one.source === modified.counterpart && one.target === modified.step)
      expect(edge?.state).toBe('fail')
      expect(graph.problems[0]).toMatch(/>/)
    }
    if (report.verdict === 'allow') expect(graph.edges.some((edge) => edge.state === 'fail')).toBe(false)
    else if (report.steps.length > 0 && report.reasons[0]?.step !== undefined) {
      expect(graph.problems.length).toBeGreaterThan(0)
    }
  })
})

describe('what a developer reads', () => {
  test('says which file differs, with both digests and the rule in its place', () => {
    const { report, context } = of('B27')
    const told = explain(report, context)
    expect(told.kind).toBe('hash-differs')
    expect(told.heading).toBe('package used a foo.py that write-code did not make')
    expect(told.rule).toEqual({
      text: 'MATCH foo.py WITH PRODUCTS FROM write-code',
      list: 'materials',
      index: 0,
      of: 2,
      all: ['MATCH foo.py WITH PRODUCTS FROM write-code', 'DISALLOW *'],
    })
    expect(told.counterpart).toBe('write-code')
    expect(told.files).toHaveLength(1)
    const [file] = told.files
    expect(file?.result).toBe('changed')
    expect(file?.expected?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(file?.found?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(file?.expected?.sha256).not.toBe(file?.found?.sha256)
    expect(told.fixes[0]?.snippet).toContain('in-toto-run --step-name package')
    expect(told.more.map((one) => one.code)).toEqual(['COMMAND_MISMATCH'])
  })

  test('says which file no rule allows', () => {
    const { report, context } = of('B28')
    const told = explain(report, context)
    expect(told.kind).toBe('not-allowed')
    expect(told.heading).toMatch(/^\S+ made \S+, which the layout does not allow$/)
    expect(told.files[0]?.result).toBe('not-allowed')
    expect(told.files[0]?.found).not.toBeNull()
  })

  test('says which step nobody recorded, and how to record it', () => {
    const { report, context } = of('B15')
    const told = explain(report, context)
    expect(told.kind).toBe('link-missing')
    expect(told.heading).toMatch(/^Nobody recorded \S+$/)
    expect(told.fixes[0]?.snippet).toMatch(/^in-toto-run --step-name \S+ --key/)
  })

  test('tells an expired layout from a bad build', () => {
    const { report, context } = of('A07')
    const told = explain(report, context)
    expect(told.kind).toBe('layout-expired')
    expect(told.heading).toMatch(/^The layout expired on \d{4}-\d\d-\d\d/)
    expect(told.demand).toContain('The build itself may have been done as it should be')
  })

  test('tells apart what is wrong with a certificate, and what to do', () => {
    const told = (id: string) => {
      const { report, context } = of(id)
      const { heading, fixes } = explain(report, context)
      return [heading, ...fixes.map((fix) => fix.id)]
    }
    expect(told('C02')[0]).toBe('The certificate that signed write-code is not one the layout asks for')
    expect(told('C07')).toEqual([
      'The certificate that signed write-code leads to no root that the layout trusts',
      'bring-in',
      'trust-domain',
      'run-again',
      'change-layout',
      'reproduce',
    ])
    expect(told('C18')[0]).toBe('The certificate that signed write-code may not sign')
    expect(told('D23')[0]).toBe('write-code is signed with a certificate in a form that cannot be checked')
  })

  test('names the workloads that may sign, and how to ask again with the times of receipt', () => {
    const { report, context } = of('C02')
    expect(JSON.stringify(explain(report, context).fixes)).toContain('spiffe://example.com/write-code')
    const good = of('C01')
    expect(JSON.stringify(explain(good.report, good.context).fixes)).toContain('--time-proofs time-proofs.json')
  })

  test('says how many signatures are missing', () => {
    const { report, context } = of('B13')
    const told = explain(report, context)
    expect(told.kind).toBe('threshold')
    expect(told.heading).toMatch(/has 1 of the 2 signatures it needs/)
  })

  test('says that nothing was found against a build that passes, and what was checked', () => {
    const { report, context } = of('A01')
    const told = explain(report, context)
    expect(told.heading).toBe('Every step was done as release version 3 demands')
    expect(told.demand).toMatch(/^2 steps of the layout were judged on 2 signed links; \d+ checks/)
  })

  test('a build without a report is being judged', () => {
    const { context } = of('A01')
    const told = explanationSchema.parse(explain(null, context))
    expect(told.kind).toBe('running')
    expect(told.heading).toContain('run 17')
  })

  test('names that evidence brings stay text: quotes and spaces are quoted for the shell', () => {
    const { report, context } = of('B27')
    const evil = {
      ...report,
      steps: report.steps.map((step) => ({
        ...step,
        counted: step.counted.map((link) => ({ ...link, command: ['sh', '-c', "echo 'x'; rm -rf ~"] })),
      })),
    }
    const told = explain(evil, context)
    expect(told.fixes[0]?.snippet).toContain(String.raw`-- sh -c 'echo '\''x'\''; rm -rf ~'`)
  })

  test('an unknown code of another version is told in the words of the report, never as a pass', () => {
    const { report, context } = of('B27')
    const [root] = report.reasons
    if (root === undefined) throw new Error('no reason')
    const unknown = JSON.parse(
      JSON.stringify({ ...report, reasons: [{ ...root, code: 'toString', message: 'Something new.' }] }),
    )
    const told = explain(unknown, context)
    expect(told.heading).toBe('Something new.')
    expect(told.kind).toBe('other')
    expect(told.fixes.map((fix) => fix.id)).toContain('reproduce')
  })
})
