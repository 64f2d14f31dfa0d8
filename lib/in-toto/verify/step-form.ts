import type { Envelope } from '../envelope.ts'
import type { Recorded } from '../evaluate-rules.ts'
import type { Layout, Step } from '../layout.ts'
import type { PredicateKind } from '../predicates.ts'
import type { ReasonCode } from '../report.ts'
import type { Resource } from '../resource.ts'
import type { Statement } from '../statement.ts'
import { namedFiles } from '../statements/files.ts'

/**
 * In which form the evidence of a step comes; one for each step, chosen by whoever verifies and never by what came.
 * Link is the form of in-toto's verifiers (classic links and sublayouts, Metablock or DSSE) and holds where nothing
 * else is said. Provenance names no step: it is told by who built and how. A test result tells nothing of the kind.
 */
export type StepForm =
  | { readonly form: 'link' }
  | { readonly form: 'link-statement' }
  | { readonly form: 'witness-collection' }
  | { readonly form: 'slsa-provenance'; readonly builder: string; readonly buildType: string }
  | { readonly form: 'test-result' }

/** By step; in sublayouts by the steps that lead there and its own, joined with `/`. */
export type StepForms = ReadonlyMap<string, StepForm>

const LINK: StepForm = { form: 'link' }

export function formOf(step: string, path: readonly string[], forms: StepForms): StepForm {
  return forms.get([...path, step].join('/')) ?? LINK
}

/** A form as one text: what two steps must not share where it does not name its step. */
export function formText(form: StepForm): string {
  return form.form === 'slsa-provenance' ? `${form.form} ${form.builder} ${form.buildType}` : form.form
}

/** A form from its text; null where it is none. */
export function parseForm(text: string): StepForm | null {
  const [form, builder = '', buildType = '', ...more] = text.trim().split(/\s+/)
  if (more.length > 0) return null
  if (form === 'slsa-provenance') return builder !== '' && buildType !== '' ? { form, builder, buildType } : null
  if (builder !== '') return null
  const plain = form === 'link' || form === 'link-statement' || form === 'witness-collection' || form === 'test-result'
  return plain ? { form } : null
}

export interface FormFault {
  readonly code: ReasonCode
  /** a sentence about the document */
  readonly message: string
}

const KINDS: Readonly<Record<Exclude<StepForm['form'], 'link'>, PredicateKind>> = {
  'link-statement': 'link',
  'witness-collection': 'witness-collection',
  'slsa-provenance': 'slsa-provenance',
  'test-result': 'test-result',
}

const NAMES: Readonly<Record<StepForm['form'], string>> = {
  link: 'a link',
  'link-statement': 'a statement with a link predicate',
  'witness-collection': 'a Witness collection',
  'slsa-provenance': 'SLSA provenance',
  'test-result': 'a test result',
}

/** Whether a document is of the form in which the step's evidence comes. */
export function formFault(envelope: Envelope, form: StepForm): FormFault | null {
  const code = 'UNSUPPORTED'
  if (form.form === 'link') {
    if (envelope.kind !== 'statement') return null
    const message = `It is a statement (${envelope.document.predicateType}), not a link or a sublayout.`
    return { code, message }
  }
  const expected = `the evidence of this step comes as ${NAMES[form.form]}`
  if (envelope.kind !== 'statement') return { code, message: `It is a ${envelope.kind}, and ${expected}.` }
  const { predicateType, predicateKind } = envelope.document
  if (predicateKind === KINDS[form.form]) return null
  return { code, message: `It is a statement of the type ${predicateType}, and ${expected}.` }
}

/** Whether what a signed statement says may stand for the step. A link's own name is compared elsewhere. */
export function contentFault({ document, form }: StatementOf, step: Step, layout: Layout, rivals: readonly string[]) {
  return openFault(document) ?? nameFault(document, form, step) ?? rivalFault(form, step, layout, rivals)
}

interface StatementOf {
  readonly document: Statement
  readonly form: StepForm
}

function openFault(document: Statement): FormFault | null {
  const gaps = document.predicateKind === 'test-result' ? [...document.gaps, ...tested(document).gaps] : document.gaps
  return gaps[0] ?? null
}

function nameFault(document: Statement, form: StepForm, step: Step): FormFault | null {
  switch (form.form) {
    case 'link':
      return null
    case 'link-statement':
    case 'witness-collection':
      if (document.step === step.name) return null
      return {
        code: 'STEP_NAME_MISMATCH',
        message: `It was recorded for step "${document.step}", not for "${step.name}".`,
      }
    case 'slsa-provenance':
      return builderFault(document, form)
    case 'test-result':
      if (document.result !== 'FAILED') return null
      return { code: 'STEP_FAILED', message: 'The tests that it reports FAILED.' }
  }
}

function builderFault({ builder }: Statement, form: StepForm & { form: 'slsa-provenance' }): FormFault | null {
  if (builder === null) {
    const message = 'It names no builder or no build type, so that nobody can tell for which step it stands.'
    return { code: 'UNSUPPORTED', message }
  }
  if (builder.id === form.builder && builder.buildType === form.buildType) return null
  const message = `It is of the builder ${builder.id} (${builder.buildType}); this step asks for ${form.builder} (${form.buildType}).`
  return { code: 'STEP_NAME_MISMATCH', message }
}

/** Of two steps whose evidence names neither, one document would serve both. */
function rivalFault(form: StepForm, step: Step, layout: Layout, rivals: readonly string[]): FormFault | null {
  if (form.form !== 'slsa-provenance' && form.form !== 'test-result') return null
  const other = rivals.find((name) => name !== step.name && layout.steps.some((one) => one.name === name))
  if (other === undefined) return null
  const message = `Steps "${step.name}" and "${other}" both take ${NAMES[form.form]} of this kind, which names no step: one would serve both.`
  return { code: 'UNSUPPORTED', message }
}

/** Names of the steps of a layout whose evidence comes in the same form, to the letter. */
export function sameForm(form: StepForm, layout: Layout, path: readonly string[], forms: StepForms): string[] {
  const text = formText(form)
  return layout.steps.map(({ name }) => name).filter((name) => formText(formOf(name, path, forms)) === text)
}

/** What a statement records about the step it stands for; only of statements without `contentFault`. */
export function recordOf(document: Statement): Recorded & {
  readonly command: readonly string[]
  readonly returnValue: number | null
} {
  const { command, returnValue, materials, products } = document
  const said = { command: command ?? [], returnValue, fromStatement: true }
  // what was tested went into the test; nothing came out of it
  if (document.predicateKind === 'test-result') return { ...said, materials: tested(document).artifacts, products }
  return { ...said, materials, products }
}

function tested({ subjects }: { readonly subjects: readonly Resource[] }) {
  return namedFiles(subjects, 'subject')
}
