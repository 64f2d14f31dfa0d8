import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

// Reads which file imports which, for lib/architecture.test.ts. Text is enough: the formatter keeps imports regular.

export type Import = {
  /** what stands in the quotes */
  specifier: string
  /** path from the root, or null for a package */
  file: string | null
  /** erased before anything runs */
  typeOnly: boolean
  /** `import()`: runs later, if at all */
  dynamic: boolean
}
export type ImportGraph = ReadonlyMap<string, readonly Import[]>

const statement =
  /(?:^|\n)[ \t]*(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*(?:\/\*[^*]*\*\/\s*)?['"]([^'"\n]+)['"]\s*\)/g
const skipped = new Set(['node_modules', '.next', '.waybill', 'generated', 'vectors', 'test-results'])
const sourceName = /\.(tsx?|mjs)$/

export function sourceFiles(root: string, folder: string): string[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [folder]
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : sourceFiles(root, name)
    return sourceName.test(entry.name) ? [name] : []
  })
}

function resolveSpecifier(root: string, from: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (!specifier.startsWith('.')) return null
  return relative(root, resolve(root, dirname(from), specifier))
}

/** The imports of one file's text. */
export function importsOf(root: string, file: string, text: string): Import[] {
  return [...text.matchAll(statement)].map(([, , type, named, dynamic]) => {
    const specifier = named ?? dynamic ?? ''
    const resolved = resolveSpecifier(root, file, specifier)
    return { specifier, file: resolved, typeOnly: type !== undefined, dynamic: dynamic !== undefined }
  })
}

export function importGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) => sourceFiles(root, folder))
  return new Map(files.map((file) => [file, importsOf(root, file, readFileSync(join(root, file), 'utf8'))]))
}

/** Cycles among files that load each other: each as the list of its files. Types and later loads do not count. */
export function cyclesOf(graph: ImportGraph): string[][] {
  const cycles: string[][] = []
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file])
      return
    }
    state.set(file, 'open')
    path.push(file)
    for (const i of graph.get(file) ?? []) if (i.file !== null && !i.typeOnly && !i.dynamic) visit(i.file)
    path.pop()
    state.set(file, 'done')
  }
  for (const file of graph.keys()) visit(file)
  return cycles
}

/** What loads with these files, at once: types and later loads do not count. Packages by what stands in the quotes. */
export function loadedBy(graph: ImportGraph, begin: readonly string[]): { files: string[]; packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const i of graph.get(file) ?? []) {
      if (i.typeOnly || i.dynamic) continue
      if (i.file === null) packages.add(i.specifier)
      else visit(i.file)
    }
  }
  for (const file of begin) visit(file)
  return { files: [...files].sort(), packages: [...packages].sort() }
}
