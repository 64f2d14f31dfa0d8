export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Lines beyond which no comparison is made: its time grows with their product. */
const LIMIT = 4_000

/**
 * What changed between two texts, line by line (longest common subsequence). Null where one of them is too long to be
 * compared here.
 */
export function diffLines(before: string, after: string): DiffLine[] | null {
  const a = before.split('\n')
  const b = after.split('\n')
  if (a.length > LIMIT || b.length > LIMIT) return null
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }))
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ]
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1
  // common[i * width + j]: longest common subsequence of a from i and b from j
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const next = a[i] === b[j] ? at(common, (i + 1) * width + j + 1) + 1 : 0
      common[i * width + j] = Math.max(next, at(common, (i + 1) * width + j), at(common, i * width + j + 1))
    }
  }
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i]
    const right = b[j]
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left })
      i++
      j++
    } else if (
      right !== undefined &&
      (left === undefined || at(common, i * width + j + 1) > at(common, (i + 1) * width + j))
    ) {
      lines.push({ kind: 'added', text: right })
      j++
    } else if (left !== undefined) {
      lines.push({ kind: 'removed', text: left })
      i++
    }
  }
  return lines
}

function at(table: Uint16Array, index: number): number {
  return table[index] ?? 0
}

/** Changed lines with a few around them; null stands for lines that are left out. */
export function changedParts(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same'),
  )
  return lines.flatMap((line, index) => {
    if (near[index]) return [line]
    return index === 0 || near[index - 1] ? [null] : []
  })
}
