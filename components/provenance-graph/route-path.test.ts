import { describe, expect, test } from 'vitest'
import { middleOf, routePath } from './route-path.ts'

describe('routePath', () => {
  test('draws a straight line between two points', () => {
    expect(
      routePath([
        { x: 0, y: 0 },
        { x: 10, y: 0 },
      ]),
    ).toBe('M 0 0 L 10 0')
  })

  test('rounds a corner by 8 px', () => {
    const path = routePath([
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 50 },
    ])
    expect(path).toBe('M 0 0 L 42 0 Q 50 0 50 8 L 50 50')
  })

  test('rounds less where a piece is short, so that corners never overlap', () => {
    const path = routePath([
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 6 },
      { x: 90, y: 6 },
    ])
    expect(path).toBe('M 0 0 L 47 0 Q 50 0 50 3 L 50 3 Q 50 6 53 6 L 90 6')
  })

  test('has nothing to draw without points', () => {
    expect(routePath([])).toBe('')
    expect(middleOf([])).toEqual({ x: 0, y: 0 })
  })
})
