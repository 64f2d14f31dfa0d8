import { FormatError, type JsonObject, type JsonValue } from '#lib/crypto/index.ts'
import { LIMITS } from './limits.ts'
import { type PredicateKind, predicateKind, readPredicate } from './predicates.ts'
import { readArray, readString } from './reader.ts'
import type { Resource } from './resource.ts'
import type { PredicateFacts } from './statements/facts.ts'
import { readDescriptor } from './statements/files.ts'

/** An in-toto Statement (attestation framework v0.1 or v1). Members that are not known are ignored, as it demands. */
export interface Statement extends PredicateFacts {
  readonly predicateType: string
  /** what the predicate can say about a step; null where a layout has no use for it */
  readonly predicateKind: PredicateKind | null
  readonly subjects: readonly Resource[]
}

/**
 * Reads a statement: its subjects, and the step, command and files where its predicate type is known.
 * @throws FormatError MALFORMED or LIMIT, with the place
 */
export function parseStatementDocument(value: JsonObject): Statement {
  const predicateType = readString(value.get('predicateType'), 'predicateType', 'MALFORMED')
  const subject = readArray(value.get('subject'), 'subject', 'MALFORMED')
  if (subject.length > LIMITS.subjects) {
    const message = `The statement has ${subject.length} subjects; at most ${LIMITS.subjects} are read.`
    throw new FormatError('LIMIT', message, 'subject')
  }
  const subjects = subject.map((item, index) => readSubject(item, `subject[${index}]`))
  const facts = readPredicate(predicateType, value.get('predicate'), subjects)
  return { predicateType, predicateKind: predicateKind(predicateType), subjects, ...facts }
}

/** Subjects match by digest alone, so one without is refused; digests that are of no use here are digests too. */
function readSubject(value: JsonValue, place: string): Resource {
  const resource = readDescriptor(value, place)
  const digest = value instanceof Map ? value.get('digest') : null
  if (digest instanceof Map && digest.size > 0) return resource
  throw new FormatError('MALFORMED', `Expected at least one digest at ${place}.digest; found none.`, `${place}.digest`)
}
