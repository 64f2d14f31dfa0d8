import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import type { Resource } from '../resource.ts'
import { mapOf, NOTHING, type PredicateFacts, textOf } from './facts.ts'
import { namedFiles, readResources } from './files.ts'

/**
 * SLSA provenance v1 (slsa.dev/spec/v1.0/provenance): `runDetails.builder.id` and `buildDefinition.buildType` say who
 * built how, `resolvedDependencies` what went in, the subjects what came out. It names no step, and no command; its
 * dependencies have a URI and seldom a path, so that a MATCH finds them under their URI only; files that were neither
 * taken in nor made are not stated.
 */
export function readSlsaV1(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  const definition = mapOf(predicate.get('buildDefinition'))
  const builder = mapOf(mapOf(predicate.get('runDetails')).get('builder'))
  const place = 'predicate.buildDefinition.resolvedDependencies'
  const inputs = definition.get('resolvedDependencies')
  return provenance(builder.get('id'), definition.get('buildType'), inputs, place, subjects)
}

/** SLSA provenance v0.2 (slsa.dev/provenance/v0.2): the same under `builder`, `buildType` and `materials`. */
export function readSlsaV02(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  const builder = mapOf(predicate.get('builder'))
  const inputs = predicate.get('materials')
  return provenance(builder.get('id'), predicate.get('buildType'), inputs, 'predicate.materials', subjects)
}

function provenance(
  builder: JsonValue | undefined,
  type: JsonValue | undefined,
  inputs: JsonValue | undefined,
  place: string,
  subjects: readonly Resource[],
): PredicateFacts {
  const id = textOf(builder) ?? ''
  const buildType = textOf(type) ?? ''
  const materials = namedFiles(readResources(inputs, place), place)
  const products = namedFiles(subjects, 'subject')
  return {
    ...NOTHING,
    materials: materials.artifacts,
    products: products.artifacts,
    builder: id === '' || buildType === '' ? null : { id, buildType },
    gaps: [...products.gaps, ...materials.gaps],
  }
}
