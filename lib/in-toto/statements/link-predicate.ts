import type { JsonObject } from '#lib/crypto/index.ts'
import { readReturnValue } from '../link.ts'
import type { Resource } from '../resource.ts'
import { malformed, NOTHING, type PredicateFacts, textOf, textsOf } from './facts.ts'
import { digestMap, type Files, NO_FILES, namedFiles, readResources } from './files.ts'

/**
 * Link predicates (attestation framework, spec/predicates/link.md): the classic link with its products moved to the
 * subjects. v0.3 lists materials as resource descriptors, v0.2 as a map of path to digests. Nothing of a classic link
 * is lost, but Witness' export carries no byproducts: then no return value is known.
 */
export function readLinkPredicate(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  const step = textOf(predicate.get('name'))
  const materials = readMaterials(predicate)
  const products = namedFiles(subjects, 'subject')
  const command = predicate.get('command') ?? null
  const gaps = [...products.gaps, ...materials.gaps]
  if (step === null || step === '') gaps.push(malformed("the step's name", 'predicate.name'))
  if (command !== null && textsOf(command) === null) gaps.push(malformed('a list of strings', 'predicate.command'))
  return {
    ...NOTHING,
    step,
    command: textsOf(command),
    returnValue: readReturnValue(predicate.get('byproducts')),
    materials: materials.artifacts,
    products: products.artifacts,
    gaps,
  }
}

function readMaterials(predicate: JsonObject): Files {
  const value = predicate.get('materials') ?? null
  const place = 'predicate.materials'
  if (value === null) return NO_FILES
  if (value instanceof Map) return { artifacts: digestMap(value, place), gaps: [] }
  return namedFiles(readResources(value, place), place)
}
