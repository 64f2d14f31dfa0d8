import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import type { putInForceSchema } from '#lib/contract/software.ts'
import { decodeUtf8, type JsonObject, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { createSoftware } from '#lib/services/software/create.ts'
import { putInForce } from '#lib/services/software/put-in-force.ts'
import { setOwnerKeys } from '#lib/services/software/set-owner-keys.ts'
import { judgeSoftwareJob } from '#lib/services/verdicts/judge-software.ts'
import { metablock } from './authority/envelopes.ts'
import { makeKey } from './authority/keys.ts'
import { signedIn } from './people.ts'

export type Binding = Omit<z.input<typeof putInForceSchema>, 'versionId'>

/** A software with a signed layout that is not in force yet, and the evidence of one run. */
export interface Given {
  readonly id: string
  readonly slug: string
  readonly versionId: string
}

export interface People {
  readonly admin: Actor
  readonly engineer: Actor
}

export async function people(): Promise<People> {
  return { admin: (await signedIn('admin')).actor, engineer: (await signedIn('engineer')).actor }
}

/** Brings files in as one delivery. */
export async function bring({ engineer }: People, title: string, files: Record<string, Uint8Array>, at: Date) {
  const given = Object.entries(files).map(([path, bytes]) => ({ path: `${title}/${path}`, bytes }))
  await bringIn(engineer, { via: 'page', title, at, files: given, delivery: { kind: 'handed-over' } })
}

/** @param layout its readme must be `name`, by which it is found */
export async function softwareWith(
  who: People,
  { name, layout, files, at }: { name: string; layout: JsonObject; files: Record<string, Uint8Array>; at: Date },
): Promise<Given> {
  const owner = makeKey('owner')
  const text = decodeUtf8(publicKeyFile(owner.key, 'legacy'))
  await bring(who, `${name}-layout`, { [`${name}.layout`]: metablock(layout, [owner]) }, at)
  await bring(who, `${name}-run`, files, at)
  const { slug, id } = await createSoftware(who.engineer, { name }, at)
  await setOwnerKeys(who.admin, slug, { keys: [{ name: 'owner', text }] }, at)
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name } })
  return { id, slug, versionId: version.id }
}

/** Puts the layout in force in this way, judges, and tells what became of the only build. */
export async function judged({ engineer }: People, { id, slug, versionId }: Given, binding: Binding, at: Date) {
  await putInForce(engineer, slug, { versionId, ...binding }, at)
  await judgeSoftwareJob({ softwareId: id }, at)
  const build = await db.build.findFirstOrThrow({ where: { softwareId: id }, include: { current: true } })
  return { build: build.id, verdict: build.current?.verdict, code: build.current?.code ?? null }
}
