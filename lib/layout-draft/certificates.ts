import { golangKeyObject, type JsonObject, jsonObject, type X509 } from '#lib/crypto/index.ts'
import { arrayAt, changeItem, itemAt, objectAt, withMember, withoutMember } from './change.ts'
import type { ItemRef } from './document.ts'

// What certificates may sign a step (ITE-7, by the names that in-toto-golang reads), and whose certificates.

/** Members of a constraint that list values. */
export const CONSTRAINT_LISTS = ['uris', 'dns_names', 'emails', 'organizations', 'roots'] as const
export type ConstraintList = (typeof CONSTRAINT_LISTS)[number]
export type AuthorityList = 'rootcas' | 'intermediatecas'

/** Lets holders of certificates with this URI sign a step, whatever else their certificates say. */
export function addConstraint(document: JsonObject, ref: ItemRef, uri: string): JsonObject {
  const constraint = jsonObject({
    common_name: '*',
    dns_names: ['*'],
    emails: ['*'],
    organizations: ['*'],
    roots: ['*'],
    uris: [uri],
  })
  return changeItem(document, ref, (step) =>
    withMember(step, 'cert_constraints', [...arrayAt(step, 'cert_constraints'), constraint]),
  )
}

/** Values that the certificate must have, all of them and no others; `*` alone is anything, none is none. */
export function setConstraintList(
  document: JsonObject,
  ref: ItemRef,
  index: number,
  list: ConstraintList,
  values: readonly string[],
): JsonObject {
  return changeConstraint(document, ref, index, (constraint) => withMember(constraint, list, [...values]))
}

export function setCommonName(document: JsonObject, ref: ItemRef, index: number, name: string): JsonObject {
  return changeConstraint(document, ref, index, (constraint) => withMember(constraint, 'common_name', name))
}

/** Takes a constraint from a step; with the last one the member goes, which readers of in-toto 1.x do not know. */
export function removeConstraint(document: JsonObject, ref: ItemRef, index: number): JsonObject {
  const before = arrayAt(itemAt(document, ref) ?? new Map(), 'cert_constraints')
  if (index >= before.length) return document
  const after = before.toSpliced(index, 1)
  return changeItem(document, ref, (step) =>
    after.length === 0 ? withoutMember(step, 'cert_constraints') : withMember(step, 'cert_constraints', after),
  )
}

function changeConstraint(
  document: JsonObject,
  ref: ItemRef,
  index: number,
  change: (constraint: JsonObject) => JsonObject,
): JsonObject {
  return changeItem(document, ref, (step) => {
    const constraints = arrayAt(step, 'cert_constraints')
    const constraint = constraints[index]
    if (!(constraint instanceof Map)) return step
    return withMember(step, 'cert_constraints', constraints.with(index, change(constraint)))
  })
}

/** Lists a certificate authority in the layout, under the keyid that in-toto-golang computes. */
export function addAuthority(document: JsonObject, list: AuthorityList, certificate: X509): JsonObject {
  const { key, pem } = certificate
  if (key === null) return document
  const object = golangKeyObject(key)
  const keyid = object.get('keyid')
  const listed = objectAt(document, list)
  if (typeof keyid !== 'string' || listed.has(keyid)) return document
  const keyval = withMember(objectAt(object, 'keyval'), 'certificate', `${pem.trim()}\n`)
  return withMember(document, list, withMember(listed, keyid, withMember(object, 'keyval', keyval)))
}

/** Takes an authority from the layout; the last one leaves an empty list, as in-toto-golang writes it. */
export function removeAuthority(document: JsonObject, list: AuthorityList, keyid: string): JsonObject {
  const listed = objectAt(document, list)
  return listed.has(keyid) ? withMember(document, list, withoutMember(listed, keyid)) : document
}
