export interface TextPlace {
  /** e.g. `steps[1].expected_materials[0]` */
  readonly path: string
  /** from 1 */
  readonly line: number
  readonly endLine: number
}

/** Where each member and entry of a JSON text stands. The text must be valid JSON; whatever follows a fault is left out. */
export function placesOf(text: string): TextPlace[] {
  const places: TextPlace[] = []
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\n/g)
  const open: { path: string; kind: 'object' | 'array'; index: number; member: string; line: number }[] = []
  let line = 1
  let awaitsName = false
  const here = (): string => {
    const top = open.at(-1)
    if (top === undefined) return ''
    if (top.kind === 'array') return `${top.path}[${top.index}]`
    return top.path === '' ? top.member : `${top.path}.${top.member}`
  }
  for (const [token] of tokens) {
    const top = open.at(-1)
    if (token === '\n') line++
    else if (token === '{' || token === '[') {
      open.push({ path: here(), kind: token === '{' ? 'object' : 'array', index: 0, member: '', line })
      awaitsName = token === '{'
    } else if (token === '}' || token === ']') {
      const closed = open.pop()
      if (closed !== undefined) places.push({ path: closed.path, line: closed.line, endLine: line })
      awaitsName = false
    } else if (token === ',') {
      if (top?.kind === 'array') top.index++
      awaitsName = top?.kind === 'object'
    } else if (token === ':') awaitsName = false
    else if (awaitsName && top !== undefined) top.member = nameOf(token)
    else places.push({ path: here(), line, endLine: line })
  }
  return places
}

function nameOf(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    return token
  }
}

/** The narrowest place that holds a path, for a fault at a member that is missing: its parent's. */
export function placeOf(places: readonly TextPlace[], path: string): TextPlace | null {
  for (let at = path; ; ) {
    const found = places.find((place) => place.path === at)
    if (found !== undefined) return found
    const cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))
    if (cut < 0) return null
    at = at.slice(0, cut)
  }
}

/** The step or inspection that a line lies in. */
export function itemAtLine(
  places: readonly TextPlace[],
  line: number,
): { list: 'steps' | 'inspect'; index: number } | null {
  for (const { path, line: from, endLine } of places) {
    const match = /^(steps|inspect)\[(\d+)\]$/.exec(path)
    if (match === null || line < from || line > endLine) continue
    return { list: match[1] === 'steps' ? 'steps' : 'inspect', index: Number(match[2]) }
  }
  return null
}
