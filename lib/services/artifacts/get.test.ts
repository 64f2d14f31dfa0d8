import { expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { artifactDetailSchema } from '#lib/contract/evidence.ts'
import { digestOf, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { bringIn } from '../imports/bring-in.ts'
import { getArtifact } from './get.ts'

useDatabase()

const ci = makeKey('ci')
const actor: Actor = systemActor('test')

test('a file that more take than are listed keeps who made it, under every name it has', async () => {
  const made = linkDocument({ name: 'make', materials: {}, products: { 'out/lib.so': 'taken by all' } })
  const takers = Array.from({ length: 170 }, (_, n) =>
    linkDocument({ name: 'take', materials: { 'in/lib.so': 'taken by all' }, products: { out: `of taker ${n}` } }),
  )
  const files = [made, ...takers].map((document, n) => ({ path: `${n}.link`, bytes: metablock(document, [ci]) }))
  for (const part of [files.slice(0, 1), files.slice(1)])
    await bringIn(actor, { via: 'cli', title: 'test', at: new Date(), files: part, delivery: { kind: 'loose' } })
  const { uses, names } = artifactDetailSchema.parse(await getArtifact(actor, `sha256:${digestOf('taken by all')}`))
  const roles = Map.groupBy(uses, ({ role }) => role)
  expect(roles.get('product')).toMatchObject([{ path: 'out/lib.so', step: 'make' }])
  expect(roles.get('material')?.length).toBe(160)
  expect(names).toEqual(['in/lib.so', 'out/lib.so'])
  await expect(getArtifact(actor, `sha256:${digestOf('nobody has it')}`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
