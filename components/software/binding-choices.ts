import { FormatError, type JsonObject } from '#lib/crypto/index.ts'
import { type Layout, parseLayoutDocument } from '#lib/in-toto/index.ts'

export interface BindingChoices {
  /** names in braces that the layout uses */
  readonly parameters: readonly string[]
  /** names of all steps, in the layout's order */
  readonly all: readonly string[]
  /** steps that may be shared: all but those that make what is shipped */
  readonly steps: readonly { readonly name: string; readonly isSource: boolean }[]
}

const PLACEHOLDER = /\{([a-zA-Z0-9_-]+)\}/g

/** What can be chosen when a layout is bound to a software. Nothing where it cannot be read. */
export function bindingChoices(document: JsonObject, finalFiles: readonly { readonly step: string }[]): BindingChoices {
  const layout = read(document)
  if (layout === null) return { parameters: [], all: [], steps: [] }
  const last = layout.steps.at(-1)?.name
  const final = finalFiles.length === 0 ? [last] : finalFiles.map(({ step }) => step)
  const steps = layout.steps.map(({ name, expectedMaterials, expectedProducts }) => ({
    name,
    isSource: ![...expectedMaterials, ...expectedProducts].some(({ keyword }) => keyword === 'MATCH'),
  }))
  return {
    parameters: placeholders(layout),
    all: layout.steps.map(({ name }) => name),
    steps: steps.filter(({ name }) => !final.includes(name)),
  }
}

function read(document: JsonObject): Layout | null {
  try {
    return parseLayoutDocument(document)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

/** Where parameters are put in: rules, expected commands and what inspections run. */
function placeholders({ steps, inspections }: Layout): string[] {
  const rules = [...steps, ...inspections].flatMap((item) => [...item.expectedMaterials, ...item.expectedProducts])
  const words = [
    ...rules.flatMap(({ tokens }) => tokens),
    ...steps.flatMap(({ expectedCommand }) => expectedCommand),
    ...inspections.flatMap(({ run }) => run),
  ]
  return [...new Set(words.flatMap((word) => [...word.matchAll(PLACEHOLDER)].map((found) => found[1] ?? '')))].sort()
}
