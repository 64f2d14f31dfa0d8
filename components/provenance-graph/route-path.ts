export interface Point {
  readonly x: number
  readonly y: number
}

/** ELK's points as an SVG path whose corners are rounded as far as the pieces beside them allow. */
export function routePath(points: readonly Point[], radius = 8): string {
  const [start, ...rest] = points
  if (start === undefined) return ''
  let path = `M ${start.x} ${start.y}`
  rest.forEach((corner, index) => {
    const before = points[index]
    const after = rest[index + 1]
    if (before === undefined || after === undefined) {
      path += ` L ${corner.x} ${corner.y}`
      return
    }
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2)
    const into = towards(corner, before, r)
    const out = towards(corner, after, r)
    path += ` L ${into.x} ${into.y} Q ${corner.x} ${corner.y} ${out.x} ${out.y}`
  })
  return path
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: round(from.x + ((to.x - from.x) / length) * by), y: round(from.y + ((to.y - from.y) / length) * by) }
}

const round = (n: number): number => Math.round(n * 100) / 100

/** The middle of the route: where a label stands for which ELK made no room. */
export function middleOf(points: readonly Point[]): Point {
  const index = Math.floor((points.length - 1) / 2)
  const a = points[index] ?? { x: 0, y: 0 }
  const b = points[index + 1] ?? a
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}
