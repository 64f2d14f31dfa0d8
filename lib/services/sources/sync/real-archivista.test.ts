import { describe, expect, test } from 'vitest'
import { sourceSettingsSchema } from '#lib/contract/sources.ts'
import { jsonObject } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import type { Connector } from '#lib/sources/connector.ts'
import { guardedFetch } from '#lib/sources/guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '#lib/sources/guarded-fetch/outbound-policy.ts'
import { openConnector } from '#lib/sources/kinds.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { RealArchivista } from '#lib/testing/sources/real-archivista.ts'
import { SYNC } from '../limits.ts'
import { syncSource } from './sync-source.ts'

// What a fake cannot vouch for: an Archivista that others wrote is followed, interrupted and listed as a whole.

const ci = makeKey('ci')

function attestation(name: string): Uint8Array<ArrayBuffer> {
  const statement = jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name, digest: jsonObject({ sha256: digestOf(name) }) })],
    predicateType: 'https://bank.example/scan/v1',
    predicate: jsonObject({ result: 'PASSED' }),
  })
  // white space that only the original bytes have
  return Uint8Array.from([...dsse(statement, [ci]), 10, 32, 10])
}

async function followed(real: RealArchivista) {
  const settings = sourceSettingsSchema.parse({ kind: 'archivista', url: real.origin })
  const at = new Date()
  const { id } = await db.source.create({
    data: {
      name: real.origin,
      kind: 'archivista',
      settings,
      createdAt: at,
      createdBy: 'user:x',
      createdByName: 'X',
      nextAt: at,
    },
  })
  const connector = openConnector(settings, {
    fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(real.origin) }),
    credentials: { secret: async () => null },
    folders: [],
    now: () => new Date(),
  })
  const sync = (open: (whole: Connector) => Connector = (whole) => whole, now = () => new Date()) =>
    syncSource(id, { open: () => open(connector), now })
  return { id, sync, row: () => db.source.findUniqueOrThrow({ where: { id } }) }
}

/** Stored bytes by gitoid, of what the source brought. */
async function stored(sourceId: string): Promise<Map<string, Buffer>> {
  const rows = await db.sourceEntry.findMany({
    where: { sourceId, state: 'taken' },
    include: { envelope: { include: { content: true } } },
  })
  return new Map(rows.map(({ key, envelope }) => [key, Buffer.from(envelope?.content?.bytes ?? [])]))
}

if (isOnPath('archivista')) {
  useDatabase()
  describe('archivista itself, as a source', () => {
    test('is followed through kills of its own and of ours, and gives back each byte that it was given', async () => {
      const real = await RealArchivista.start()
      try {
        const sent = new Map<string, Uint8Array<ArrayBuffer>>()
        const upload = async (name: string): Promise<string> => {
          const bytes = attestation(`${real.origin} ${name}`)
          const gitoid = await real.upload(bytes)
          sent.set(gitoid, bytes)
          return gitoid
        }
        for (let n = 0; n < 12; n++) await upload(`early ${n}`)
        const { id, sync, row } = await followed(real)

        // it is killed in the middle of the first pass: what was listed waits, and nothing counts as gone
        let fetched = 0
        await sync((whole) => ({
          ...whole,
          fetch: async (key, signal) => {
            if (++fetched === 5) await real.stop()
            return whole.fetch(key, signal)
          },
        }))
        expect(await row()).toMatchObject({ errorCode: 'UNREACHABLE', failures: 1 })
        expect(await db.sourceEntry.count({ where: { sourceId: id } })).toBe(12)
        expect((await stored(id)).size).toBeLessThan(12)
        await real.resume()
        await db.sourceEntry.updateMany({ where: { sourceId: id }, data: { retryAt: null } })
        await sync()
        expect(await row()).toMatchObject({ errorCode: null, failures: 0 })
        expect([...(await stored(id)).keys()].sort()).toEqual([...sent.keys()].sort())

        // what came later is found, and only that is fetched
        await upload('late')
        let later = 0
        await sync((whole) => ({
          ...whole,
          fetch: (key, signal) => {
            later++
            return whole.fetch(key, signal)
          },
        }))
        expect(later).toBe(1)

        // the nightly whole pass finds everything where it was
        await sync(undefined, () => new Date(Date.now() + SYNC.sweepMs + 1_000))
        const bytes = await stored(id)
        expect([...bytes.keys()].sort()).toEqual([...sent.keys()].sort())
        for (const [gitoid, original] of sent) expect(bytes.get(gitoid)?.equals(Buffer.from(original))).toBe(true)
        expect(await db.sourceEntry.count({ where: { sourceId: id, vanishedAt: { not: null } } })).toBe(0)
        expect(await db.sighting.count({ where: { sourceId: id } })).toBe(sent.size)
      } finally {
        await real.close()
      }
    })
  })
} else {
  describe('archivista itself, as a source', () => test.skip('needs archivista on PATH', () => undefined))
}
