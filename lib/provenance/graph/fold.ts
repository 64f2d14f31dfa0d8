import { type DrawnEdge, type DrawnNode, edgeId, NODE, type State } from './drawing.ts'

interface Parts {
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

/**
 * Draws at most `cap` nodes: verified steps that lie next to nothing but verified steps become one node for each
 * connected run; if that is not enough, verified steps without such a run too. What failed always stays open.
 */
export function fold({ nodes, edges }: Parts, cap: number): Parts {
  if (nodes.length <= cap) return { nodes, edges }
  const quiet = quietSteps(nodes, edges)
  const runs = components(quiet, edges)
  const grouped = runs.filter((run) => run.length > 1)
  const left = nodes.length - grouped.reduce((sum, run) => sum + run.length - 1, 0)
  if (left > cap) grouped.push(...gather(nodes, runs, left - cap))
  return replace({ nodes, edges }, grouped)
}

function quietSteps(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]): Set<string> {
  const loud = new Set(nodes.filter((node) => node.state !== 'pass').map((node) => node.id))
  const near = new Set(
    edges.flatMap((edge) => (loud.has(edge.source) ? [edge.target] : loud.has(edge.target) ? [edge.source] : [])),
  )
  return new Set(
    nodes.filter((node) => node.kind === 'step' && !loud.has(node.id) && !near.has(node.id)).map((node) => node.id),
  )
}

/** Connected runs among the given nodes. */
function components(ids: ReadonlySet<string>, edges: readonly DrawnEdge[]): string[][] {
  const beside = new Map<string, string[]>([...ids].map((id) => [id, []]))
  for (const edge of edges) {
    if (!ids.has(edge.source) || !ids.has(edge.target)) continue
    beside.get(edge.source)?.push(edge.target)
    beside.get(edge.target)?.push(edge.source)
  }
  const seen = new Set<string>()
  const runs: string[][] = []
  for (const id of ids) {
    if (seen.has(id)) continue
    seen.add(id)
    const run = [id]
    for (const one of run) {
      for (const other of beside.get(one) ?? []) {
        if (seen.has(other)) continue
        seen.add(other)
        run.push(other)
      }
    }
    runs.push(run)
  }
  return runs
}

/** Still too many: single verified steps, then whatever is furthest down the list, as one node. */
function gather(nodes: readonly DrawnNode[], runs: readonly string[][], excess: number): string[][] {
  const taken = new Set(runs.filter((run) => run.length > 1).flat())
  const single = runs.filter((run) => run.length === 1).flat()
  const others = nodes
    .filter((node) => node.kind === 'step' && !taken.has(node.id) && !single.includes(node.id))
    .sort((a, b) => calm(b.state) - calm(a.state))
    .map((node) => node.id)
  const run = [...single, ...others].slice(0, excess + 1)
  return run.length > 1 ? [run] : []
}

const CALM: readonly State[] = ['fail', 'expired', 'unverified', 'running', 'warn', 'pass']
const calm = (state: State): number => CALM.indexOf(state)

function replace({ nodes, edges }: Parts, groups: readonly string[][]): Parts {
  const home = new Map(groups.flatMap((group, index) => group.map((id) => [id, `fold:${index + 1}`] as const)))
  const kept = nodes.filter((node) => !home.has(node.id))
  const folds = groups.map((group, index) => foldNode(`fold:${index + 1}`, group, nodes))
  const merged = new Map<string, DrawnEdge>()
  for (const edge of edges) {
    const source = home.get(edge.source) ?? edge.source
    const target = home.get(edge.target) ?? edge.target
    if (source === target) continue
    const id = edgeId(source, target)
    const known = merged.get(id)
    if (known === undefined) merged.set(id, { ...edge, id, source, target })
    else if (calm(edge.state) < calm(known.state)) merged.set(id, { ...known, state: edge.state, label: edge.label })
  }
  return { nodes: [...folds, ...kept], edges: [...merged.values()] }
}

function foldNode(id: string, group: readonly string[], nodes: readonly DrawnNode[]): DrawnNode {
  const members = nodes.filter((node) => group.includes(node.id))
  const state = [...members].sort((a, b) => calm(a.state) - calm(b.state))[0]?.state ?? 'pass'
  const names = members.map((node) => node.label)
  return {
    id,
    kind: 'fold',
    label: `${members.length} ${state === 'pass' ? 'verified ' : ''}steps`,
    detail: names.slice(0, 3).join(', '),
    members: members.map((node) => ({ id: node.id, label: node.label, detail: node.detail, state: node.state })),
    state,
    ...NODE,
  }
}
