import { describe, expect, test } from 'vitest'
import { arrange } from './arrange.ts'
import type { DrawnEdge, DrawnNode, State } from './graph/drawing.ts'
import { dashDownstream } from './graph/edges.ts'
import { fold } from './graph/fold.ts'
import { flowOrder, problemsOf } from './graph/order.ts'
import { placeGraph, toArrange } from './graph.ts'

const node = (id: string, state: State = 'pass', kind: DrawnNode['kind'] = 'step'): DrawnNode => ({
  id,
  kind,
  label: id,
  detail: '1 product',
  state,
  width: 204,
  height: 60,
})
const edge = (source: string, target: string, state: State = 'pass'): DrawnEdge => ({
  id: `${source}>${target}`,
  source,
  target,
  state,
  label: '1 file',
})
const chain = (count: number, failing = -1) => ({
  nodes: Array.from({ length: count }, (_, i) => node(`n${i}`, i === failing ? 'fail' : 'pass')),
  edges: Array.from({ length: count - 1 }, (_, i) => edge(`n${i}`, `n${i + 1}`, i + 1 === failing ? 'fail' : 'pass')),
})

describe('folding', () => {
  test('leaves a graph alone that is small enough', () => {
    const graph = chain(20)
    expect(fold(graph, 20)).toEqual(graph)
  })

  test('folds runs of verified steps and keeps what failed open, with its neighbours', () => {
    const shown = fold(chain(200, 100), 150)
    expect(shown.nodes.length).toBeLessThanOrEqual(150)
    const ids = shown.nodes.map((one) => one.id)
    for (const id of ['n99', 'n100', 'n101']) expect(ids).toContain(id)
    const members = shown.nodes.flatMap((one) => one.members?.map((member) => member.id) ?? [one.id])
    expect([...members].sort()).toEqual(
      chain(200)
        .nodes.map((one) => one.id)
        .sort(),
    )
    for (const one of shown.edges) expect(ids.includes(one.source) && ids.includes(one.target)).toBe(true)
    expect(shown.nodes.find((one) => one.kind === 'fold')?.label).toMatch(/^\d+ verified steps$/)
  })

  test('keeps to the cap where nothing is connected, and where everything failed', () => {
    const apart = Array.from({ length: 180 }, (_, i) => node(`a${i}`))
    expect(fold({ nodes: apart, edges: [] }, 150).nodes).toHaveLength(150)
    const failed = Array.from({ length: 180 }, (_, i) => node(`f${i}`, 'fail'))
    const shown = fold({ nodes: failed, edges: [] }, 150)
    expect(shown.nodes).toHaveLength(150)
    expect(shown.nodes.find((one) => one.kind === 'fold')).toMatchObject({ state: 'fail', label: '31 steps' })
  })

  test('an edge into a fold keeps the worst state of those it stands for', () => {
    const { nodes, edges } = chain(160)
    const shown = fold({ nodes: [...nodes, node('x', 'warn')], edges: [...edges, edge('n80', 'x', 'warn')] }, 150)
    expect(shown.edges.filter((one) => one.target === 'x').map((one) => one.state)).toEqual(['warn'])
  })
})

describe('order', () => {
  test('follows the files, whatever the order of the layout', () => {
    const nodes = ['c', 'b', 'a'].map((id) => node(id))
    expect(flowOrder(nodes, [edge('a', 'b'), edge('b', 'c')])).toEqual(['a', 'b', 'c'])
  })
  test('names every node once where files go in a circle', () => {
    const nodes = ['a', 'b'].map((id) => node(id))
    expect(flowOrder(nodes, [edge('a', 'b'), edge('b', 'a')])).toEqual(['a', 'b'])
  })
  test('walks failing edges first, and each problem once', () => {
    const nodes = [node('a'), node('b', 'fail'), node('c', 'unverified'), node('d', 'warn')]
    const edges = [edge('a', 'b', 'fail'), edge('a', 'c'), edge('c', 'd')]
    expect(problemsOf(nodes, edges, ['a', 'b', 'c', 'd'], null)).toEqual(['a>b', 'c', 'd'])
  })
  test('the root cause goes before others of its kind', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((id) => node(id, id === 'a' ? 'pass' : 'fail'))
    const edges = [edge('a', 'b', 'fail'), edge('a', 'c', 'fail')]
    const order = ['a', 'b', 'c', 'd', 'e']
    expect(problemsOf(nodes, edges, order, 'c')).toEqual(['a>c', 'a>b', 'd', 'e'])
    expect(problemsOf(nodes, edges, order, 'e')).toEqual(['a>b', 'a>c', 'e', 'd'])
  })
})

describe('what comes after a failure', () => {
  test('is drawn as not verified, however far', () => {
    const { nodes, edges } = chain(5, 2)
    expect(dashDownstream(nodes, edges).map((one) => one.state)).toEqual(['pass', 'fail', 'unverified', 'unverified'])
  })
})

describe('placing', () => {
  test('gives every node a place and every edge a route, with room for the failing label', async () => {
    const { nodes, edges } = chain(6, 3)
    const drawing = { nodes, edges, problems: ['n2>n3'], order: nodes.map((one) => one.id) }
    const placed = placeGraph(drawing, await arrange(toArrange(drawing)))
    expect(new Set(placed.nodes.map((one) => `${one.x} ${one.y}`)).size).toBe(6)
    for (const one of placed.edges) expect(one.points.length).toBeGreaterThan(1)
    expect(placed.edges.find((one) => one.state === 'fail')?.labelAt).not.toBeNull()
    expect(placed.edges.find((one) => one.state === 'pass')?.labelAt).toBeNull()
  })
})
