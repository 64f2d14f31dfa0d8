import { Refusal } from './refusal.ts'

/**
 * Python's `str.format(**parameters)` for what parameters can mean in a layout: `{name}`, `{{` and `}}`. Everything
 * else (attributes, indexes, conversions, lone braces, unknown names) ends in-toto's verification or should.
 */
export function pythonFormat(text: string, parameters: ReadonlyMap<string, string>): string {
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? ''
    if ((c === '{' || c === '}') && text[at + 1] === c) {
      result += c
      at++
    } else if (c === '{') {
      const end = text.indexOf('}', at)
      const value = end < 0 ? undefined : parameters.get(text.slice(at + 1, end))
      if (value === undefined) throw new Refusal('PARAMETER', `in-toto cannot fill in ${JSON.stringify(text)}.`)
      result += value
      at = end
    } else if (c === '}') {
      throw new Refusal('PARAMETER', `in-toto stops at the single } in ${JSON.stringify(text)}.`)
    } else {
      result += c
    }
  }
  return result
}
