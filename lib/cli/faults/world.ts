import { systemActor } from '#lib/auth/actor.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { createSoftware } from '#lib/services/software/create.ts'
import { putInForce } from '#lib/services/software/put-in-force.ts'
import { setOwnerKeys } from '#lib/services/software/set-owner-keys.ts'
import { digestOf, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { apiToken } from '#lib/testing/people.ts'
import { sha256Of } from './checker/sha256-of.ts'
import type { VerdictWord } from './checker/witnessed.ts'

const owner = makeKey('owner')
const ci = makeKey('ci')
const packer = makeKey('packer')

/** A software with a layout in force, and a token that pushes for it. */
export interface World {
  readonly softwareId: string
  readonly slug: string
  readonly headers: Readonly<Record<string, string>>
}

/** One document of a run. */
export interface Link {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: string
}

export interface RunOfLinks {
  readonly run: string
  readonly links: readonly Link[]
  /** of the final file, as it is asked for */
  readonly digest: string
  readonly verdict: VerdictWord
}

const actor = systemActor('faults')

/** Makes a software of two steps whose layout is in force, through the services that people use. */
export async function makeWorld(name: string, at = new Date()): Promise<World> {
  const { id, slug } = await createSoftware(actor, { name }, at)
  const key = { name: 'owner', text: decodeUtf8(publicKeyFile(owner.key, 'legacy')) }
  await setOwnerKeys(actor, slug, { keys: [key] }, at)
  const document = layoutDocument({
    expires: new Date(at.getTime() + 400 * 86_400_000),
    readme: name,
    steps: [
      { name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] },
      {
        name: 'package',
        keys: [packer.key],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['CREATE app.tgz', 'DISALLOW *'],
      },
    ],
  })
  const files = [{ path: `${slug}.layout`, bytes: metablock(document, [owner]) }]
  await bringIn(actor, { via: 'cli', title: 'layout', at, files, delivery: { kind: 'handed-over' } })
  const version = await db.layoutVersion.findFirstOrThrow({ where: { name: slug } })
  await putInForce(actor, slug, { versionId: version.id, parameters: null }, at)
  const { headers } = await apiToken(['ingest', 'read'], id)
  return { softwareId: id, slug, headers }
}

/** The signed links of one run. What a tampered one packaged is not what was built. */
export function makeRun(name: string, tampered = false): RunOfLinks {
  const built = { app: `app of ${name}` }
  const final = `package of ${name}`
  const specs = [
    { by: ci, link: { name: 'build', products: built, stdout: name } },
    {
      by: packer,
      link: { name: 'package', materials: tampered ? { app: `other ${name}` } : built, products: { 'app.tgz': final } },
    },
  ]
  const links = specs.map(({ by, link }) => {
    const bytes = metablock(linkDocument(link), [by])
    return { path: linkFileName(link.name, by), bytes, sha256: sha256Of(bytes) }
  })
  return { run: name, links, digest: `sha256:${digestOf(final)}`, verdict: tampered ? 'deny' : 'allow' }
}
