import { FormatError } from '#lib/crypto/index.ts'
import type { Inspection, Layout, Step } from '../layout.ts'
import { parseRule, type Rule } from '../rule.ts'

const NAME = /^[a-zA-Z0-9_-]+$/
const PLACEHOLDER = /\{([a-zA-Z0-9_-]+)\}/g

/**
 * Puts parameters into rules, expected commands and inspection commands: exactly `{name}`, in one pass, so that a
 * value is never read again. (in-toto for Python uses str.format, which reads attributes of the values as well.)
 * @throws FormatError PARAMETER where a name is malformed, a placeholder has no value, or the result is no rule
 */
export function substituteParameters(layout: Layout, parameters: ReadonlyMap<string, string>): Layout {
  for (const name of parameters.keys()) {
    if (NAME.test(name)) continue
    throw parameterError(`A parameter is called ${JSON.stringify(name)}; letters, digits, _ and - are allowed.`, '')
  }
  const place = (text: string, where: string) => substitute(text, parameters, where)
  return {
    ...layout,
    steps: layout.steps.map((step, index) => inStep(step, `steps[${index}]`, place)),
    inspections: layout.inspections.map((inspection, index) => inInspection(inspection, `inspect[${index}]`, place)),
  }
}

type Place = (text: string, where: string) => string

function inStep(step: Step, where: string, place: Place): Step {
  return {
    ...step,
    expectedMaterials: inRules(step.expectedMaterials, `${where}.expected_materials`, place),
    expectedProducts: inRules(step.expectedProducts, `${where}.expected_products`, place),
    expectedCommand: step.expectedCommand.map((part) => place(part, `${where}.expected_command`)),
  }
}

function inInspection(inspection: Inspection, where: string, place: Place): Inspection {
  return {
    ...inspection,
    expectedMaterials: inRules(inspection.expectedMaterials, `${where}.expected_materials`, place),
    expectedProducts: inRules(inspection.expectedProducts, `${where}.expected_products`, place),
    run: inspection.run.map((part) => place(part, `${where}.run`)),
  }
}

function inRules(rules: readonly Rule[], where: string, place: Place): Rule[] {
  return rules.map((rule, index) => {
    const at = `${where}[${index}]`
    const tokens = rule.tokens.map((token) => place(token, at))
    return tokens.every((token, i) => token === rule.tokens[i]) ? rule : parseRule(tokens, at)
  })
}

function substitute(text: string, parameters: ReadonlyMap<string, string>, where: string): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = parameters.get(name)
    if (value !== undefined) return value
    throw parameterError(`The layout uses ${placeholder} at ${where}, and no such parameter was given.`, where)
  })
}

function parameterError(message: string, place: string): FormatError {
  return new FormatError('PARAMETER', message, place)
}
