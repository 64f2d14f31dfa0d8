import { describe, expect, test } from 'vitest'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { nextProblem, step } from './walk.ts'

const node = (id: string) => ({
  id,
  kind: 'step' as const,
  label: id,
  detail: '',
  state: 'pass' as const,
  x: 0,
  y: 0,
  width: 1,
  height: 1,
})
const edge = (source: string, target: string, state: 'pass' | 'fail' = 'pass') => ({
  id: `${source}>${target}`,
  source,
  target,
  state,
  label: '',
  points: [],
  labelAt: null,
})
const graph: ProvenanceGraph = {
  nodes: ['a', 'b', 'c', 'd'].map(node),
  edges: [edge('a', 'b'), edge('a', 'c', 'fail'), edge('b', 'd')],
  width: 1,
  height: 1,
  problems: ['a>c', 'd'],
  order: ['a', 'b', 'c', 'd'],
}

describe('walking through problems', () => {
  test('begins at the failing edge and opens the step that it leads to', () => {
    expect(nextProblem(graph, { node: null, edge: null }, 1)).toEqual({ node: 'c', edge: 'a>c' })
  })
  test('goes on to the next, and round', () => {
    const second = nextProblem(graph, { node: 'c', edge: 'a>c' }, 1)
    expect(second).toEqual({ node: 'd', edge: null })
    expect(nextProblem(graph, second, 1)).toEqual({ node: 'c', edge: 'a>c' })
    expect(nextProblem(graph, second, -1)).toEqual({ node: 'c', edge: 'a>c' })
  })
  test('goes on from a step that was opened by hand', () => {
    expect(nextProblem(graph, { node: 'c', edge: null }, 1)).toEqual({ node: 'd', edge: null })
  })
  test('stays where it is when there is none', () => {
    const at = { node: 'a', edge: null }
    expect(nextProblem({ ...graph, problems: [] }, at, 1)).toEqual(at)
  })
})

describe('walking by arrow keys', () => {
  test('goes down and up in flow order and stops at the ends', () => {
    expect(step(graph, null, 'ArrowDown')).toBe('a')
    expect(step(graph, 'a', 'ArrowDown')).toBe('b')
    expect(step(graph, 'd', 'ArrowDown')).toBe('d')
    expect(step(graph, 'a', 'ArrowUp')).toBe('a')
  })
  test('goes along edges, the failing one first, and stays where none leads on', () => {
    expect(step(graph, 'a', 'ArrowRight')).toBe('c')
    expect(step(graph, 'd', 'ArrowLeft')).toBe('b')
    expect(step(graph, 'c', 'ArrowRight')).toBe('c')
  })
  test('leaves other keys alone', () => {
    expect(step(graph, 'a', 'q')).toBeNull()
  })
})
