import type { Envelope } from '#lib/in-toto/index.ts'
import { namelessName } from '../verdicts/context.ts'
import { stepName } from './store/envelopes.ts'

/** The step that it names; a statement that names none may stand for one by its type. */
export function evidenceNames(envelope: Envelope): string[] {
  const step = stepName(envelope)
  if (step !== null) return [step]
  return envelope.kind === 'statement' ? [namelessName(envelope.document.predicateType)] : []
}
