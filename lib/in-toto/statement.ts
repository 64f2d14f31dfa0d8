import { FormatError, type JsonObject, type JsonValue } from '#lib/crypto/index.ts'
import { LIMITS } from './limits.ts'
import { type PredicateFacts, readPredicate } from './predicates.ts'
import { readArray, readString } from './reader.ts'
import { type Resource, readResource } from './resource.ts'

/** An in-toto Statement (attestation framework v0.1 or v1). Members that are not known are ignored, as it demands. */
export interface Statement extends PredicateFacts {
  readonly predicateType: string
  readonly subjects: readonly Resource[]
}

/**
 * Reads a statement for listing: its subjects, and the step, command and files where its predicate type is known.
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
  return { predicateType, subjects, ...readPredicate(predicateType, value.get('predicate'), subjects) }
}

/** Subjects match by digest alone, so one without is refused. */
function readSubject(value: JsonValue, place: string): Resource {
  const resource = readResource(value, place)
  if (Object.keys(resource.digests).length > 0) return resource
  throw new FormatError('MALFORMED', `Expected at least one digest at ${place}.digest; found none.`, `${place}.digest`)
}
