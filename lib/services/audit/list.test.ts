import { expect, test } from 'vitest'
import { inTransaction } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { createToken } from '../access/create-token.ts'
import { revokeToken } from '../access/revoke-token.ts'
import { createDraft } from '../layouts/create-draft.ts'
import { deleteDraft } from '../layouts/delete-draft.ts'
import { createSoftware } from '../software/create.ts'
import { listAudit } from './list.ts'
import { recordAudit } from './record.ts'

useDatabase()

test('an act names what it was done to: by its name of today, else by the one noted, else by its id', async () => {
  const { actor } = await signedIn('admin')
  const software = await createSoftware(actor, { name: 'Payments core' })
  const made = await createToken(actor, { name: 'gate of payments', scopes: ['read'], software: null, days: 1 })
  await revokeToken(actor, made.id)
  const draft = await createDraft(actor, { name: 'release', software: null })
  await deleteDraft(actor, draft.id)
  await createDraft(actor, { name: 'release', software: 'payments-core' })
  const sha256 = 'ab'.repeat(32)
  await inTransaction((tx) =>
    recordAudit(tx, actor, { act: 'evidence.test', objectType: 'envelope', objectId: sha256, detail: { name: 'x' } }),
  )
  // what a later kind of object is called, nobody knows here
  const unknown = '0190d3c2-0000-7000-8000-000000000000'
  await inTransaction((tx) => recordAudit(tx, actor, { act: 'thing.test', objectType: 'thing', objectId: unknown }))

  const { rows } = await listAudit(actor, { limit: 100 })
  const named = rows.map(({ act, objectName }) => [act, objectName])
  expect(named).toEqual([
    ['thing.test', null],
    ['evidence.test', null],
    ['layout-draft.create', 'release of Payments core'],
    ['layout-draft.delete', 'release'],
    ['layout-draft.create', 'release'],
    ['token.revoke', 'gate of payments'],
    ['token.create', 'gate of payments'],
    ['software.create', 'Payments core'],
  ])
  expect(rows.at(-1)?.objectId).toBe(software.id)
})
