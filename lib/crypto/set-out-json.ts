/**
 * JSON text set out in lines, token by token: numbers, escapes and duplicate members stay as they are written, and text
 * that is no JSON comes out whole. Text that has lines already is left alone.
 * @param limit characters after which it is cut
 */
export function setOutJson(text: string, limit: number): { readonly text: string; readonly cut: boolean } {
  if (text.slice(0, limit).includes('\n')) return { text: text.slice(0, limit), cut: text.length > limit }
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^{}[\],:"]+|"/gu
  let out = ''
  let depth = 0
  let found = token.exec(text)
  for (; found !== null && out.length <= limit; found = token.exec(text)) {
    const [part] = found
    if (part === '{' || part === '[') out += `${part}\n${indent(++depth)}`
    else if (part === '}' || part === ']') out += `\n${indent(--depth)}${part}`
    else if (part === ',') out += `,\n${indent(depth)}`
    else out += part === ':' ? ': ' : part
  }
  return { text: out.slice(0, limit), cut: found !== null || out.length > limit }
}

/** Deeper than any document is read, deeper is not drawn. */
const deepest = 64
const indent = (depth: number): string => '  '.repeat(Math.min(Math.max(depth, 0), deepest))
