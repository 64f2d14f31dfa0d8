import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { db } from '#lib/db/client.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { signedIn } from '#lib/testing/people.ts'
import { changeSource } from './change.ts'
import { createSource } from './create.ts'
import { syncSource } from './sync/sync-source.ts'

useDatabase()

const top = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-moved-')))
vi.stubEnv('WAYBILL_SOURCE_FOLDERS', top)
afterAll(() => rmSync(top, { recursive: true, force: true }))

const ci = makeKey('ci')

function put(folder: string, step: string): void {
  const path = join(top, folder, 'run-7')
  mkdirSync(path, { recursive: true })
  const file = join(path, `${step}.${ci.keyid.slice(0, 8)}.link`)
  writeFileSync(file, metablock(linkDocument({ name: step, products: { app: `${folder} ${step}` } }), [ci]))
  const old = new Date(Date.now() - 3_600_000)
  utimesSync(file, old, old)
}

const settings = (folder: string, together = true) => ({
  kind: 'directory' as const,
  folder: join(top, folder),
  together,
})

async function deliveries(sourceId: string): Promise<Map<string, { id: string | null; issuer: string | undefined }>> {
  const rows = await db.sighting.findMany({
    where: { sourceId },
    include: { delivery: true, envelope: true },
    orderBy: { id: 'asc' },
  })
  return new Map(
    rows.map(({ envelope, deliveryId, delivery }) => [
      envelope.name ?? '',
      { id: deliveryId, issuer: delivery?.issuer },
    ]),
  )
}

test('a source that reads another folder never adds to the runs of the one before, though their paths are the same', async () => {
  const [first, second] = [await signedIn('engineer'), await signedIn('engineer')]
  put('before', 'build')
  put('after', 'package')
  const { id } = await createSource(first.actor, { name: 'Links', settings: settings('before') })
  await syncSource(id)
  await changeSource(second.actor, id, { settings: settings('after') })
  await syncSource(id)
  const of = await deliveries(id)
  expect(of.get('build')?.issuer).toBe(`user:${first.actor.id}`)
  expect(of.get('package')?.issuer).toBe(`user:${second.actor.id}`)
  expect(of.get('package')?.id).not.toBe(of.get('build')?.id)
  // what comes later to the new folder joins the run there
  put('after', 'scan')
  await syncSource(id)
  const later = await deliveries(id)
  expect(later.get('scan')?.id).toBe(of.get('package')?.id)
})

test('a folder for which somebody vouches anew begins its runs anew, on his word', async () => {
  const [first, second] = [await signedIn('engineer'), await signedIn('engineer')]
  put('same', 'build')
  const { id } = await createSource(first.actor, { name: 'Same', settings: settings('same') })
  await syncSource(id)
  await changeSource(first.actor, id, { settings: settings('same', false) })
  await changeSource(second.actor, id, { settings: settings('same') })
  put('same', 'package')
  await syncSource(id)
  const rows = await db.delivery.findMany({
    where: { sourceId: id },
    include: { sightings: { include: { envelope: true } } },
  })
  const held = rows.map(({ issuer, sightings }) => [issuer, sightings.map(({ envelope }) => envelope.name).sort()])
  expect(held).toEqual(
    expect.arrayContaining([
      [`user:${first.actor.id}`, ['build']],
      [`user:${second.actor.id}`, ['build', 'package']],
    ]),
  )
})
