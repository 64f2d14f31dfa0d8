import type { Actor } from '#lib/auth/actor.ts'
import { decodeUtf8, fromBase64, pae, printJson, publicKeyFile, toBase64, toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { demoLayout, type KeyRing, keyOf } from '#lib/demo/make-evidence.ts'
import type { DemoSoftware } from '#lib/demo/supply-chain.ts'
import { addSignature } from '../layouts/add-signature.ts'
import { createDraft } from '../layouts/create-draft.ts'
import { createVersion } from '../layouts/create-version.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

export interface DemoLayoutInput {
  readonly id: string
  readonly slug: string
  readonly software: DemoSoftware
  readonly ring: KeyRing
  readonly begin: Date
  readonly now: Date
}

/** Owner keys, draft, version, every owner's signature, in force: the way an administrator and engineers would go. */
export async function enforceDemoLayout(actor: Actor, input: DemoLayoutInput): Promise<void> {
  const { id, slug, software, ring, begin, now } = input
  const owners = software.owners.map((owner) => keyOf(ring, owner))
  const keys = owners.map(({ name, key }) => ({ name, text: decodeUtf8(publicKeyFile(key, 'legacy')) }))
  await setOwnerKeys(actor, id, { keys }, begin)
  const document = printJson(demoLayout(software, ring, now))
  const draft = await createDraft(actor, { name: 'Release', software: slug, document }, begin)
  await db.layoutDraft.update({ where: { id: draft.id }, data: { demo: true } })
  const version = await createVersion(actor, { draftId: draft.id, revision: draft.revision }, begin)
  const payload = fromBase64(version.dssePayload)
  const signed = fromBase64(version.metablockBytes)
  for (const owner of owners) {
    const signature = {
      publicKey: owner.key.pem ?? '',
      sha256: version.sha256,
      metablockSig: toHex(owner.sign(signed)),
      dsseSig: toBase64(owner.sign(pae(PAYLOAD_TYPE, payload))),
    }
    await addSignature(actor, version.id, signature, begin)
  }
  await putInForce(actor, id, { versionId: version.id, parameters: null }, begin)
}
