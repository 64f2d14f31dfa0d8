// `npm run core-size`: how large the verification core is and which of its functions is the longest. The core has no
// input or output, no clock and no framework; `lib/architecture.test.ts` holds it to that.
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'
import { parseAst } from 'vitest/node'

const root = resolve(import.meta.dirname, '../..')

/** Folders of the core, from the verification itself outwards. */
const PARTS: readonly (readonly [title: string, folder: string])[] = [
  ['verification', 'lib/in-toto/verify'],
  ['layouts, links, rules, globs', 'lib/in-toto'],
  ['statements as evidence', 'lib/in-toto/statements'],
  ['which evidence belongs to a build', 'lib/in-toto/select'],
  ['keys, certificates, time stamps, JSON', 'lib/crypto'],
  ['signatures by Node', 'lib/crypto/node'],
  ['what in-toto answers (`referenceVerdict`)', 'lib/in-toto/verify/reference'],
]

interface Part {
  readonly files: number
  /** lines that hold code: neither blank nor comment alone */
  readonly lines: number
  readonly functions: readonly Measured[]
}

interface Measured {
  readonly name: string
  readonly file: string
  readonly line: number
  /** from its first line to its last */
  readonly lines: number
}

function measure(folder: string): Part {
  const files = globSync('*.ts', { cwd: join(root, folder) }).filter((name) => !name.endsWith('.test.ts'))
  const sources = files.map((name) => ({
    file: `${folder}/${name}`,
    text: readFileSync(join(root, folder, name), 'utf8'),
  }))
  return {
    files: files.length,
    lines: sources.reduce((sum, { text }) => sum + linesOfCode(text), 0),
    functions: sources.flatMap(({ file, text }) => functionsIn(file, text)),
  }
}

function linesOfCode(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length
}

/** As Node's parser sees it: types are blanked out, so that places stay what they are. */
function functionsIn(file: string, text: string): Measured[] {
  const found: Measured[] = []
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const visit = (node: unknown, name: string): void => {
    if (Array.isArray(node)) for (const one of node) visit(one, name)
    if (!isNode(node)) return
    const own = nameOf(node) ?? name
    if (FUNCTIONS.has(node.type)) {
      const line = lineAt(node.start)
      found.push({ name: own, file, line, lines: lineAt(node.end) - line + 1 })
    }
    for (const child of Object.values(node)) visit(child, own)
  }
  visit(parseAst(stripTypeScriptTypes(text)), '(top)')
  return found
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && 'type' in value && typeof value.type === 'string'
}

/** What people call it: its own name, or that of what it is assigned to. */
function nameOf(node: Node): string | null {
  for (const member of ['id', 'key']) {
    const id = node[member]
    if (isNode(id) && typeof id.name === 'string') return id.name
  }
  return null
}

const parts = PARTS.map(([title, folder]) => ({ title, folder, ...measure(folder) }))
for (const { title, folder, files, lines } of parts) {
  console.log(`${String(lines).padStart(6)} lines in ${String(files).padStart(2)} files  ${folder}: ${title}`)
}
const total = parts.reduce((sum, { lines }) => sum + lines, 0)
console.log(`${String(total).padStart(6)} lines in all`)
console.log('\nThe longest functions:')
const longest = parts.flatMap(({ functions }) => functions).toSorted((a, b) => b.lines - a.lines)
for (const { name, file, line, lines } of longest.slice(0, 5)) {
  console.log(`${String(lines).padStart(6)} lines  ${name}  ${file}:${line}`)
}
