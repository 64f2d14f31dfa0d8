import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { createVersionSchema, LayoutVersion } from '#lib/contract/layouts.ts'
import { sha256, toHex } from '#lib/crypto/index.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { dssePayload, findIssues, metablockBytes, readLayoutText, viewDraft } from '#lib/layout-draft/index.ts'
import { recordAudit } from '../audit/record.ts'
import { versionIncludes, versionRow } from './version-row.ts'

/**
 * Freezes a draft into a version: from here on the bytes are fixed and can be signed. Refuses a draft with errors and
 * one that was saved anew since it was looked at. The same bytes again give the version that is there.
 */
export async function createVersion(
  actor: Actor,
  input: z.output<typeof createVersionSchema>,
  now = new Date(),
): Promise<LayoutVersion> {
  requireRight(actor, 'layout:draft')
  return inTransaction(async (tx) => {
    // two at once would take the same number
    await tx.$queryRaw`SELECT 1 FROM "LayoutDraft" WHERE "id" = ${input.draftId}::uuid FOR UPDATE`
    const draft = await tx.layoutDraft.findFirst({ where: { id: input.draftId, deletedAt: null } })
    if (draft === null) throw notFound(`layout draft ${input.draftId}`)
    if (draft.revision !== input.revision) {
      const message = `You looked at revision ${input.revision}, but the draft is at revision ${draft.revision} now. Look at it again before it is signed.`
      throw new AppError('CONFLICT', message)
    }
    const document = readLayoutText(draft.document)
    refuseErrors(draft.document, now)
    const signedSha256 = Uint8Array.from(sha256(metablockBytes(document)))
    const known = await tx.layoutVersion.findUnique({ where: { signedSha256 }, include: versionIncludes })
    if (known !== null) {
      if (known.softwareId === draft.softwareId) return versionRow(known)
      const owner = known.software === null ? 'no software' : known.software.name
      const message = `Exactly these bytes are version ${known.number} of ${known.name} (${owner}) already. Change the readme or the expiry to make a version of its own.`
      throw new AppError('CONFLICT', message)
    }
    const row = await tx.layoutVersion.create({
      data: {
        id: randomUUID(),
        softwareId: draft.softwareId,
        draftId: draft.id,
        name: draft.name,
        number: await nextNumber(tx, draft),
        signedJson: draft.document,
        dssePayload: dssePayload(document),
        signedSha256,
        expires: new Date(viewDraft(document).expires),
        createdAt: now,
        createdBy: actor.name,
        demo: draft.demo,
      },
      include: versionIncludes,
    })
    await recordAudit(tx, actor, {
      act: 'layout-version.create',
      objectType: 'layout-version',
      objectId: row.id,
      detail: { name: row.name, number: row.number, draft: draft.id, sha256: toHex(signedSha256) },
    })
    return versionRow(row)
  })
}

function refuseErrors(text: string, now: Date): void {
  const errors = findIssues(viewDraft(readLayoutText(text)), now.getTime()).filter(
    (found) => found.severity === 'error',
  )
  if (errors.length === 0) return
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`
  throw new AppError(
    'BAD_REQUEST',
    `The draft has ${count} that would make it worthless once signed. Mend them first.`,
    {
      fields: errors.map(({ path, message }) => ({ path, message })),
    },
  )
}

/** 1, 2, 3 ... within its software, or within its draft where it has none. */
async function nextNumber(tx: Tx, draft: { id: string; softwareId: string | null }): Promise<number> {
  if (draft.softwareId !== null) {
    await tx.$queryRaw`SELECT 1 FROM "Software" WHERE "id" = ${draft.softwareId}::uuid FOR UPDATE`
  }
  const where = draft.softwareId === null ? { draftId: draft.id } : { softwareId: draft.softwareId }
  const before = await tx.layoutVersion.aggregate({ where, _max: { number: true } })
  return (before._max.number ?? 0) + 1
}
