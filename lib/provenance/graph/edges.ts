import type { Layout } from '#lib/in-toto/index.ts'
import type { InspectionReport, Reason, Report, RuleTrace, StepReport } from '#lib/in-toto/report.ts'
import { matchThatLeft, subjectOf } from '../explain/subject.ts'
import { count } from '../explain/words.ts'
import { type DrawnEdge, type DrawnNode, edgeId, inspectionNodeId, type State } from './drawing.ts'

interface Flow {
  readonly source: string
  readonly target: string
  matched: number
  differs: Set<string>
  never: Set<string>
  refused: boolean
  warned: boolean
  /** the consumer's rules were evaluated */
  judged: boolean
}

/** One edge for each pair of items that MATCH rules connect, in the direction in which the files went. */
export function matchEdges(report: Report, layout: Layout | null): DrawnEdge[] {
  const flows = new Map<string, Flow>()
  const steps = new Set(report.steps.map((step) => step.name))
  const inspections = new Set(report.inspections.map((inspection) => inspection.name))
  const nodeOf = (name: string): string | null =>
    steps.has(name) ? name : inspections.has(name) ? inspectionNodeId(name) : null
  const flow = (from: string, target: string): Flow | null => {
    const source = nodeOf(from)
    if (source === null || source === target) return null
    const id = edgeId(source, target)
    const known = flows.get(id) ?? {
      source,
      target,
      matched: 0,
      differs: new Set<string>(),
      never: new Set<string>(),
      refused: false,
      warned: false,
      judged: false,
    }
    flows.set(id, known)
    return known
  }
  for (const item of report.steps) addItem(item, item.name, layout, flow)
  for (const item of report.inspections) addItem(item, inspectionNodeId(item.name), layout, flow)
  for (const reason of report.reasons) markRefused(report, reason, flow)
  return [...flows.values()].map((one) => edgeOf(one))
}

type FlowOf = (from: string, target: string) => Flow | null

function addItem(item: StepReport | InspectionReport, target: string, layout: Layout | null, flow: FlowOf): void {
  const traced = [item.materials, item.products].filter((list) => list !== null)
  for (const list of traced) for (const rule of list.rules) addRule(rule, target, flow)
  if (traced.length > 0) return
  // not judged: the layout still says where the files should have come from
  const planned =
    layout?.steps.find((step) => step.name === target) ??
    layout?.inspections.find((inspection) => inspectionNodeId(inspection.name) === target)
  for (const rule of [...(planned?.expectedMaterials ?? []), ...(planned?.expectedProducts ?? [])]) {
    if (rule.keyword === 'MATCH') flow(rule.from, target)
  }
}

function addRule(rule: RuleTrace, target: string, flow: FlowOf): void {
  if (rule.keyword !== 'MATCH' || rule.from === undefined) return
  const one = flow(rule.from, target)
  if (one === null) return
  one.judged = true
  one.matched += rule.consumed
  for (const left of rule.left) if (left.why === 'digest-differs') one.differs.add(left.artifact)
}

/** The one edge on which a file that was refused should have come: that is where the failure is seen. */
function markRefused(report: Report, reason: Reason, flow: FlowOf): void {
  if ((reason.path ?? []).length > 0 || reason.artifact === undefined) return
  const subject = subjectOf(report, reason, NO_CONTEXT)
  const rule = matchThatLeft(subject, reason.artifact)
  const from = rule?.from ?? reason.counterpart
  const target = subject.inspection !== null ? inspectionNodeId(subject.inspection.name) : subject.step?.name
  const one = from === undefined || target === undefined ? null : flow(from, target)
  if (one === null) return
  if (reason.severity === 'warning') one.warned = true
  else one.refused = true
  for (const left of rule?.left ?? []) if (left.why === 'source-missing') one.never.add(left.artifact)
}

const NO_CONTEXT = {
  software: { slug: '', name: '' },
  build: { short: '', label: '', files: [] },
  layout: null,
}

function edgeOf(flow: Flow): DrawnEdge {
  const left = flow.differs.size > 0 || flow.never.size > 0
  const state: State = flow.refused
    ? 'fail'
    : !flow.judged
      ? 'unverified'
      : flow.warned || (left && flow.differs.size > 0)
        ? 'warn'
        : 'pass'
  return { id: edgeId(flow.source, flow.target), source: flow.source, target: flow.target, state, label: labelOf(flow) }
}

function labelOf(flow: Flow): string {
  if (!flow.judged) return 'not judged'
  const parts = [
    flow.differs.size > 0 ? `${flow.differs.size} ${flow.differs.size === 1 ? 'differs' : 'differ'}` : '',
    flow.never.size > 0 ? `${flow.never.size} not made` : '',
  ].filter((part) => part !== '')
  if (parts.length > 0) return [`${flow.matched} match`, ...parts].join(', ')
  return flow.refused ? `${flow.matched} match, refused` : count(flow.matched, 'file')
}

/** From the final step to its files, and from the files to inspections that no MATCH connects. */
export function fileEdges(files: readonly DrawnNode[], finalStep: DrawnNode | undefined, rest: Rest): DrawnEdge[] {
  const made = files.flatMap((file) =>
    finalStep === undefined
      ? []
      : [edge(finalStep.id, file.id, finalStep.state === 'fail' ? 'unverified' : finalStep.state, 'final file')],
  )
  const connected = new Set(rest.edges.map((one) => one.target))
  const looked = rest.inspections
    .filter((inspection) => !connected.has(inspection.id))
    .flatMap((inspection) =>
      files.slice(0, 1).map((file) => edge(file.id, inspection.id, inspection.state, 'looked at')),
    )
  return [...made, ...looked]
}

interface Rest {
  readonly edges: readonly DrawnEdge[]
  readonly inspections: readonly DrawnNode[]
}

const edge = (source: string, target: string, state: State, label: string): DrawnEdge => ({
  id: edgeId(source, target),
  source,
  target,
  state,
  label,
})

/** What comes after something that failed is drawn dashed: its own checks may pass, but what it rests on did not. */
export function dashDownstream(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]): DrawnEdge[] {
  const tainted = new Set(nodes.filter((node) => node.state !== 'pass' && node.state !== 'warn').map((node) => node.id))
  for (let grown = true; grown; ) {
    grown = false
    for (const one of edges) {
      if (!tainted.has(one.source) || tainted.has(one.target)) continue
      tainted.add(one.target)
      grown = true
    }
  }
  return edges.map((one) => (tainted.has(one.source) && one.state === 'pass' ? { ...one, state: 'unverified' } : one))
}
