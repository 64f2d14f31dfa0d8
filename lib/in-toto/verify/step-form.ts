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
  | { readonly form: 'vsa'; readonly verifier: string; readonly policy: string; readonly level: string | null }

/** By step; in sublayouts by the steps that lead there and its own, joined with `/`. */
export type StepForms = ReadonlyMap<string, StepForm>

const LINK: StepForm = { form: 'link' }

export function formOf(step: string, path: readonly string[], forms: StepForms): StepForm {
  return forms.get([...path, step].join('/')) ?? LINK
}

/** A form as one text, as `parseForm` takes it. */
export function formText(form: StepForm): string {
  switch (form.form) {
    case 'slsa-provenance':
      return `${form.form} ${form.builder} ${form.buildType}`
    case 'vsa':
      return [form.form, form.verifier, form.policy, ...(form.level === null ? [] : [form.level])].join(' ')
    default:
      return form.form
  }
}

/** Forms, as people are told which there are. */
export const FORMS_IN_WORDS =
  'link, link-statement, witness-collection, test-result, "slsa-provenance BUILDER BUILDTYPE" or "vsa VERIFIER POLICY [LEVEL]"'

/** A form from its text; null where it is none. */
export function parseForm(text: string): StepForm | null {
  const [form, ...said] = text.trim().split(/\s+/)
  const [first, second, third = null] = said
  switch (form) {
    case 'link':
    case 'link-statement':
    case 'witness-collection':
    case 'test-result':
      return said.length === 0 ? { form } : null
    case 'slsa-provenance':
      if (first === undefined || second === undefined || said.length > 2) return null
      return { form, builder: first, buildType: second }
    case 'vsa':
      if (first === undefined || second === undefined || said.length > 3) return null
      return { form, verifier: first, policy: second, level: third }
    default:
      return null
  }
}

/**
 * What steps of one layout must not have in common, since one document would serve both: null where documents name
 * their step. The level of a summary is left out: one that reaches a level reaches those below it, too.
 */
export function namelessMark(form: StepForm): string | null {
  if (form.form === 'vsa') return formText({ ...form, level: null })
  return form.form === 'slsa-provenance' || form.form === 'test-result' ? formText(form) : null
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
  vsa: 'vsa',
}

const NAMES: Readonly<Record<StepForm['form'], string>> = {
  link: 'a link',
  'link-statement': 'a statement with a link predicate',
  'witness-collection': 'a Witness collection',
  'slsa-provenance': 'SLSA provenance',
  'test-result': 'a test result',
  vsa: 'a verification summary',
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
  const own = document.gaps[0]
  if (own !== undefined || !isAboutSubjects(document)) return own ?? null
  if (document.subjects.length > 0) return about(document).gaps[0] ?? null
  return { code: 'UNSUPPORTED', message: 'It has no subject: what it says, it says of nothing.' }
}

/** A verdict on its subjects, of which none was made by it. */
function isAboutSubjects({ predicateKind }: Statement): boolean {
  return predicateKind === 'test-result' || predicateKind === 'vsa'
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
    case 'vsa':
      return summaryFault(document, form)
  }
}

/**
 * How a summary is consumed (slsa.dev/spec/v1.0/verification_summary, How to verify), but for its resource: what it is
 * about is told by digests, through the rules of the step. One that FAILED stands for nothing and hinders nothing: by the
 * attestation framework's monotonic principle, leaving out a document must never turn a no into a yes.
 */
function summaryFault({ summary }: Statement, form: StepForm & { form: 'vsa' }): FormFault | null {
  if (summary === null || summary.verifier !== form.verifier || summary.policy !== form.policy) {
    const found = `${summary?.verifier ?? 'nobody'} under ${summary?.policy ?? 'a policy without URI'}`
    const message = `It is a verification by ${found}; this step asks for one by ${form.verifier} under ${form.policy}.`
    return { code: 'STEP_NAME_MISMATCH', message }
  }
  if (summary.result !== 'passed') return { code: 'STEP_FAILED', message: 'The verification that it reports FAILED.' }
  if (summary.levels.includes('FAILED')) {
    return { code: 'STEP_FAILED', message: 'It says PASSED, and FAILED among the levels that it verified.' }
  }
  const { level } = form
  if (level === null || summary.levels.some((reached) => reaches(reached, level))) return null
  const message = `It verified ${summary.levels.join(', ') || 'no level'}; this step asks for ${level}.`
  return { code: 'STEP_FAILED', message }
}

const SLSA_LEVEL = /^SLSA_((?:[A-Z]+_)?)LEVEL_(\d)$/

/** Levels of a SLSA track include those below; anything else is itself alone. */
function reaches(reached: string, asked: string): boolean {
  if (reached === asked) return true
  const [, track, level] = SLSA_LEVEL.exec(reached) ?? []
  const [, askedTrack, askedLevel] = SLSA_LEVEL.exec(asked) ?? []
  return track !== undefined && track === askedTrack && Number(level) >= Number(askedLevel)
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
  if (namelessMark(form) === null) return null
  const other = rivals.find((name) => name !== step.name && layout.steps.some((one) => one.name === name))
  if (other === undefined) return null
  const message = `Steps "${step.name}" and "${other}" both take ${NAMES[form.form]} of this kind, which names no step: one would serve both.`
  return { code: 'UNSUPPORTED', message }
}

/** Names of the steps of a layout that would take the same documents, which name none of them. */
export function sameForm(form: StepForm, layout: Layout, path: readonly string[], forms: StepForms): string[] {
  const mark = namelessMark(form)
  if (mark === null) return []
  return layout.steps.map(({ name }) => name).filter((name) => namelessMark(formOf(name, path, forms)) === mark)
}

/** What a statement records about the step it stands for; only of statements without `contentFault`. */
export function recordOf(document: Statement): Recorded & {
  readonly command: readonly string[]
  readonly returnValue: number | null
} {
  const { command, returnValue, materials, products } = document
  const said = { command: command ?? [], returnValue, fromStatement: true }
  // what was tested went into the test; nothing came out of it
  if (isAboutSubjects(document)) return { ...said, materials: about(document).artifacts, products }
  return { ...said, materials, products }
}

function about({ subjects }: { readonly subjects: readonly Resource[] }) {
  return namedFiles(subjects, 'subject')
}
