import { describe, expect, test } from 'vitest'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { graphSvg } from './export-svg.ts'

const graph: ProvenanceGraph = {
  nodes: [
    {
      id: 'a',
      kind: 'step',
      label: '<script>"&',
      detail: 'x\u0000y',
      state: 'pass',
      x: 0,
      y: 0,
      width: 204,
      height: 60,
    },
    { id: 'b', kind: 'artifact', label: 'app', detail: 'sha256', state: 'fail', x: 300, y: 0, width: 204, height: 60 },
  ],
  edges: [
    {
      id: 'a>b',
      source: 'a',
      target: 'b',
      state: 'fail',
      label: '17 match, 1 differs',
      points: [
        { x: 204, y: 30 },
        { x: 300, y: 30 },
      ],
      labelAt: { x: 210, y: 18, width: 80, height: 24 },
    },
  ],
  width: 504,
  height: 60,
  problems: ['a>b'],
  order: ['a', 'b'],
}

describe('graphSvg', () => {
  test('draws every node and edge, says the state in words, and notes what it is of', () => {
    const svg = graphSvg(graph, 'payments, run 17')
    expect(svg.match(/<g>/g)).toHaveLength(2)
    expect(svg).toContain('17 match, 1 differs')
    expect(svg).toContain('Blocked. sha256')
    expect(svg).toContain('payments, run 17')
  })
  test('lets no name become markup', () => {
    const svg = graphSvg(graph, '</svg><script>')
    expect(svg).not.toContain('<script>')
    expect(svg).toContain('&lt;script&gt;&quot;&amp;')
    expect(svg).not.toContain('\u0000')
  })
})
