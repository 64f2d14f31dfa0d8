import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { arrange } from './arrange.ts'
import { type ArrangeRequest, routesMeet } from './elk-graph.ts'

const node = (id: string) => ({ id, width: 196, height: 60 })
const edge = (source: string, target: string, label: { width: number; height: number } | null = null) => ({
  id: `${source}>${target}`,
  source,
  target,
  label,
})
const chain = (count: number): ArrangeRequest => ({
  nodes: Array.from({ length: count }, (_, i) => node(`n${i}`)),
  edges: Array.from({ length: count - 1 }, (_, i) => edge(`n${i}`, `n${i + 1}`)),
  aspectRatio: 1.5,
})

describe('arrange', () => {
  test('places every node without overlap and gives every edge a right-angled route', async () => {
    const request = chain(12)
    const made = await arrange(request)
    const boxes = request.nodes.map((n) => ({ ...n, ...(made.nodes[n.id] ?? { x: Number.NaN, y: Number.NaN }) }))
    for (const a of boxes) {
      for (const b of boxes) {
        if (a === b) continue
        expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(
          true,
        )
      }
    }
    for (const one of request.edges) {
      const points = made.edges[one.id]?.points ?? []
      expect(points.length).toBeGreaterThanOrEqual(2)
      points.slice(1).forEach((p, i) => {
        const before = points[i]
        expect(before?.x === p.x || before?.y === p.y).toBe(true)
      })
    }
  })

  test('wraps a long thin chain instead of drawing one line', async () => {
    const made = await arrange(chain(14))
    expect(made.width / made.height).toBeLessThan(6)
  })

  test('leaves room for a label and says where it stands', async () => {
    const made = await arrange({
      nodes: [node('a'), node('b')],
      edges: [edge('a', 'b', { width: 130, height: 22 })],
      aspectRatio: 1.5,
    })
    const label = made.edges['a>b']?.labelAt
    expect(label).toMatchObject({ width: 130, height: 22 })
    expect((made.nodes.b?.x ?? 0) - 196 - (made.nodes.a?.x ?? 0)).toBeGreaterThanOrEqual(130)
  })

  test('leaves out edges whose ends are not drawn, and takes cycles', async () => {
    const made = await arrange({
      nodes: [node('a'), node('b')],
      edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'gone')],
      aspectRatio: 1.5,
    })
    expect(Object.keys(made.edges).sort()).toEqual(['a>b', 'b>a'])
  })

  test('leads every line from its source to its target, also where rows are wrapped', async () => {
    const steps = ['checkout', 'build', 'test', 'scan', 'image', 'deploy', 'verify']
    for (let seed = 1; seed <= 60; seed++) {
      const size = 5 + (seed % 3)
      const edges = []
      for (let to = 1; to < size; to++) {
        for (let from = 0; from < to; from++) {
          if (from !== to - 1 && (seed * 7 + from * 5 + to * 3) % 4 !== 0) continue
          edges.push(edge(`${steps[from]}`, `${steps[to]}`, { width: 90, height: 22 * (1 + (seed % 2)) }))
        }
      }
      const request = { nodes: steps.slice(0, size).map(node), edges, aspectRatio: 1 + (seed % 4) / 2 }
      expect(routesMeet(request, await arrange(request)), `seed ${seed}`).toBe(true)
    }
  })

  test('gives the same picture again', async () => {
    expect(await arrange(chain(5))).toBe(await arrange(chain(5)))
  })

  test('does not hold the event loop while 150 nodes are arranged', async () => {
    await arrange(chain(3)) // the thread is running
    const before = performance.eventLoopUtilization()
    const request = chain(150)
    for (let i = 30; i < 150; i += 3) request.edges.push(edge(`n${i - 23}`, `n${i}`))
    const made = await arrange(request)
    const { utilization } = performance.eventLoopUtilization(before)
    expect(Object.keys(made.nodes)).toHaveLength(150)
    // done here it would be close to 1
    expect(utilization).toBeLessThan(0.5)
  })
})
