import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { toHex } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { buildRows } from '../builds/rows.ts'
import { versionIncludes, versionListRow } from '../layouts/version-row.ts'
import { countFailedBuilds } from '../verifications/attention.ts'
import { softwareWhere } from './find-software.ts'
import { softwareFacts } from './rows.ts'
import { readForms, readParameters, readSettings, readSublayouts } from './settings.ts'

const RECENT = 20
const VERSIONS = 100

/** One software by id or slug: owner keys, settings, its layouts and what imported ones could be put in force. */
export async function getSoftware(actor: Actor, id: string, now = new Date()): Promise<SoftwareDetail> {
  requireRight(actor, 'read')
  const [facts] = await softwareFacts(softwareWhere(id), now)
  if (facts === undefined) throw notFound(`software ${id.slice(0, 80)}`)
  const { row } = facts
  const [owners, software, binding, drafts, recent, elsewhere] = await Promise.all([
    db.ownerKey.findMany({ where: { softwareId: row.id }, include: { key: true }, orderBy: { name: 'asc' } }),
    db.software.findUniqueOrThrow({ where: { id: row.id }, select: { settings: true } }),
    db.binding.findFirst({ where: { softwareId: row.id, until: null, environment: 'production' } }),
    db.layoutDraft.findMany({
      where: { softwareId: row.id, deletedAt: null },
      orderBy: { updatedAt: 'desc' },
      select: { id: true, name: true, updatedAt: true },
    }),
    buildRows({ softwareId: row.id }, RECENT),
    countFailedBuilds(row.id),
  ])
  return {
    ...row,
    owners: owners.map(({ fingerprint, name, addedAt, addedBy, key }) => ({
      fingerprint: toHex(fingerprint),
      name,
      keytype: key.keytype,
      keyids: key.keyids,
      addedAt: addedAt.toISOString(),
      addedBy,
    })),
    settings: readSettings(software.settings),
    binding:
      binding === null
        ? null
        : {
            parameters: readParameters(binding.parameters),
            sharedSteps: binding.sharedSteps,
            mixedRuns: binding.mixedRuns,
            sublayouts: readSublayouts(binding.sublayouts),
            forms: readForms(binding.forms),
            timestampRoots: binding.timestampRoots,
          },
    versions: await versionsOf(row.id, owners),
    elsewhere,
    drafts: drafts.map((draft) => ({ ...draft, updatedAt: draft.updatedAt.toISOString() })),
    recent,
  }
}

type Owner = {
  readonly fingerprint: Uint8Array<ArrayBuffer>
  readonly name: string
  readonly key: { readonly keyids: string[] }
}

/** Its own versions, and imported ones of no software that carry a signature under an owner key's id. */
async function versionsOf(softwareId: string, owners: readonly Owner[]): Promise<SoftwareDetail['versions']> {
  const keyids = owners.flatMap(({ key }) => key.keyids)
  const versions = await db.layoutVersion.findMany({
    where: {
      OR: [{ softwareId }, { softwareId: null, envelope: { signatures: { some: { keyid: { in: keyids } } } } }],
    },
    include: versionIncludes,
    orderBy: { createdAt: 'desc' },
    take: VERSIONS,
  })
  return versions.map((version) => {
    const { id, name, number, expires, createdAt, createdBy, signatures, state } = versionListRow({
      ...version,
      software: version.software ?? { slug: '', name: '', owners: owners.map((owner) => ownerRow(softwareId, owner)) },
    })
    const signed = new Set(signatures.map(({ fingerprint }) => fingerprint))
    return {
      id,
      name,
      number,
      expires,
      createdAt,
      createdBy,
      signedBy: signatures.map((one) => ({ fingerprint: one.fingerprint, name: one.name })),
      missing: owners
        .map((owner) => ({ fingerprint: toHex(owner.fingerprint), name: owner.name }))
        .filter(({ fingerprint }) => !signed.has(fingerprint)),
      state,
    }
  })
}

function ownerRow(softwareId: string, { fingerprint, name }: Owner) {
  return { softwareId, fingerprint, name, addedAt: new Date(0), addedBy: '' }
}
