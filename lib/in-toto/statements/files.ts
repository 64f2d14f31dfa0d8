import type { JsonValue } from '#lib/crypto/index.ts'
import { type Artifacts, equalDigests, limitArtifacts } from '../link.ts'
import { member, readArray, readObject, readString } from '../reader.ts'
import type { Digests } from '../report.ts'
import type { Resource } from '../resource.ts'
import { readDigestSet } from './digest-set.ts'
import type { Gap } from './facts.ts'

/** Files as rules see them, and what was there and cannot be seen as one. */
export interface Files {
  readonly artifacts: Artifacts
  readonly gaps: readonly Gap[]
}

export const NO_FILES: Files = { artifacts: new Map(), gaps: [] }

/**
 * Resource descriptors as path -> digests: by name, else by URI. A layout's rules know files by name alone, so one
 * with neither, one name with two contents, and what names no file at all are gaps: left out in silence they would
 * slip past `DISALLOW *`.
 */
export function namedFiles(resources: readonly Resource[], place: string): Files {
  const artifacts = new Map<string, Digests>()
  const gaps: Gap[] = []
  for (const [index, { name, uri, digests }] of resources.entries()) {
    const at = `${place}[${index}]`
    const path = name ?? uri
    if (path === null) {
      const message = `The file at ${at} has neither name nor URI; rules of a layout know files by name.`
      gaps.push({ code: 'UNSUPPORTED', message, place: at })
      continue
    }
    if (isHub(path)) {
      const message = `${JSON.stringify(path)} at ${at} names no file but something that many builds share.`
      gaps.push({ code: 'UNSUPPORTED', message, place: at })
    }
    const before = artifacts.get(path)
    if (before !== undefined && !equalDigests(before, digests)) {
      const message = `${JSON.stringify(path)} is listed twice with different digests, again at ${at}.`
      gaps.push({ code: 'MALFORMED', message, place: at })
    }
    artifacts.set(path, digests)
  }
  limitArtifacts(artifacts.size)
  return { artifacts, gaps }
}

const WITNESS = /^https:\/\/witness\.(dev|testifysec\.com)\/attestations\//

/** Subjects of Witness, most of them digests of texts (e-mail, branch, pipeline), and people elsewhere. */
function isHub(name: string): boolean {
  return WITNESS.test(name) || name.startsWith('mailto:')
}

/** path -> digest set, as older predicates and Witness write it. @throws FormatError MALFORMED or LIMIT */
export function digestMap(value: JsonValue | undefined, place: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const [path, digests] of readObject(value, place, 'MALFORMED')) {
    artifacts.set(
      path,
      readDigestSet(digests, () => member(place, path)),
    )
  }
  limitArtifacts(artifacts.size)
  return artifacts
}

/** Resource descriptors of a list that may be absent. @throws FormatError MALFORMED or LIMIT */
export function readResources(value: JsonValue | undefined, place: string): Resource[] {
  if (value === undefined || value === null) return []
  const items = readArray(value, place, 'MALFORMED')
  limitArtifacts(items.length)
  return items.map((item, index) => readDescriptor(item, `${place}[${index}]`))
}

/** A resource descriptor, or its older forms `{name, digest}` and `{uri, digest}`. */
export function readDescriptor(value: JsonValue, place: string): Resource {
  const object = readObject(value, place, 'MALFORMED')
  const text = (name: string) => {
    const found = object.get(name) ?? ''
    return found === '' ? null : readString(found, member(place, name), 'MALFORMED')
  }
  const digest = object.get('digest') ?? null
  return {
    name: text('name'),
    uri: text('uri'),
    digests: digest === null ? {} : readDigestSet(digest, () => `${place}.digest`),
  }
}
