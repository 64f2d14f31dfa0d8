import type { JsonValue } from '#lib/crypto/index.ts'
import { type Artifacts, readDigests } from './link.ts'
import { member, readObject, readString } from './reader.ts'
import type { Digests } from './report.ts'

/** A resource descriptor: what it is called, where it is, what it hashes to. */
export interface Resource {
  readonly name: string | null
  readonly uri: string | null
  readonly digests: Digests
}

/** A resource descriptor, or its older forms `{name, digest}` and `{uri, digest}`. */
export function readResource(value: JsonValue, place: string): Resource {
  const object = readObject(value, place, 'MALFORMED')
  const text = (name: string) => {
    const found = object.get(name)
    return found === undefined || found === null || found === ''
      ? null
      : readString(found, member(place, name), 'MALFORMED')
  }
  const digest = object.get('digest')
  return {
    name: text('name'),
    uri: text('uri'),
    digests: digest === undefined || digest === null ? {} : readDigests(digest, () => `${place}.digest`),
  }
}

/** Resources as path -> digests; those without a name stand under their URI, those with neither are left out. */
export function asArtifacts(resources: readonly Resource[]): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const { name, uri, digests } of resources) {
    const path = name ?? uri
    if (path !== null) artifacts.set(path, digests)
  }
  return artifacts
}
