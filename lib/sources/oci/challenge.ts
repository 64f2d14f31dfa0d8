/** One way in that a server offers (RFC 9110, 11.6.1). */
export interface Challenge {
  /** lower case */
  readonly scheme: string
  /** names in lower case */
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[\\w!#$%&'*+.^`|~-]+"
const word = new RegExp(`[\\s,]*(${token})(?:\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]*)))?`, 'y')

/** Reads a WWW-Authenticate header; what is no challenge ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  word.lastIndex = 0
  for (let found = word.exec(header); found !== null; found = word.exec(header)) {
    const [, name = '', quoted, plain] = found
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
  }
  return challenges
}
