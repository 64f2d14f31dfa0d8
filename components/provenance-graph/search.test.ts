import { describe, expect, test } from 'vitest'
import { verifyFolder } from '#lib/cli/verify/command.ts'
import { packedCases, withCase } from '#lib/cli/verify/vector-cases.ts'
import { drawGraph, placeGraph } from '#lib/provenance/graph.ts'
import { findNodes } from './search.ts'

const vector = packedCases().find((one) => one.id === 'B27')
if (vector === undefined) throw new Error('B27 is gone')
const report = withCase(vector, Date.parse('2026-11-22T12:00:00Z'), (given) => verifyFolder(given))
const drawing = drawGraph(report, { layout: null, files: [], finalStep: 'package' })
const graph = placeGraph(drawing, { nodes: {}, edges: {}, width: 0, height: 0 })

describe('finding in the graph', () => {
  test('by the name of a step, in any letter case', () => {
    expect(findNodes(graph, report, 'WRITE')).toEqual(['write-code'])
  })
  test('by a path that rules took or left', () => {
    expect(findNodes(graph, report, 'foo.py')).toEqual(['write-code', 'package'])
  })
  test('by the beginning of a digest that differs', () => {
    const found = report.reasons[0]?.found?.sha256 ?? ''
    expect(findNodes(graph, report, found.slice(0, 10))).toEqual(['package'])
  })
  test('by the beginning of a keyid', () => {
    expect(findNodes(graph, report, '5d668962')).toEqual(['write-code'])
  })
  test('nothing for nothing', () => {
    expect(findNodes(graph, report, '  ')).toEqual([])
    expect(findNodes(graph, report, 'nowhere')).toEqual([])
  })
})
