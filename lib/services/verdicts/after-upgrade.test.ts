import { expect, test } from 'vitest'
import { db } from '#lib/db/client.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { people, softwareWith } from '#lib/testing/judged-software.ts'
import { putInForce } from '../software/put-in-force.ts'
import { judgeAfterUpgrade } from './after-upgrade.ts'

useDatabase()

test('an engine of another version has every software with a layout in force judged again, once', async () => {
  const at = new Date('2026-05-10T12:00:00Z')
  const who = await people()
  const ci = makeKey('ci')
  const steps = [{ name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] }]
  const given = async (name: string) => {
    const layout = layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps, readme: name })
    const link = metablock(linkDocument({ name: 'build', products: { app: name } }), [ci])
    return softwareWith(who, { name, layout, files: { [linkFileName('build', ci)]: link }, at })
  }
  const { id: softwareId, slug, versionId } = await given('enforced')
  await given('drawn')
  await putInForce(who.engineer, slug, { versionId }, at)
  await judgeAfterUpgrade()
  await db.job.deleteMany()
  expect(await judgeAfterUpgrade()).toBe(false)
  expect(await db.job.count()).toBe(0)
  await db.setting.update({ where: { key: 'engine' }, data: { value: 'waybill/1' } })
  expect(await judgeAfterUpgrade()).toBe(true)
  const jobs = await db.job.findMany()
  expect(jobs.map(({ name, payload }) => [name, payload])).toEqual([['judge-software', { softwareId }]])
})
