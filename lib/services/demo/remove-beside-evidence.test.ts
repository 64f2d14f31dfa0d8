import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { db, pool } from '#lib/db/client.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { storedEdges } from '#lib/testing/edges.ts'
import { bringIn } from '../imports/bring-in.ts'
import { removeDemo } from './remove-demo.ts'

// No foreign key holds the ends of edges. Here the demo goes while people bring evidence about the same files.

useDatabase()

const actor = systemActor('test')
const signer = makeKey('somebody')
const gateKey = 4_711
let serial = 0

const link = (files: readonly string[], name = `step ${serial++}`): Uint8Array => {
  const materials = Object.fromEntries(files.map((file) => [file, file]))
  return metablock(linkDocument({ name, materials }), [signer])
}

async function bring(documents: readonly Uint8Array[], demo: boolean): Promise<bigint[]> {
  const files = documents.map((bytes, index) => ({ path: `${serial}/${index}.link`, bytes }))
  const delivery = { kind: 'handed-over' } as const
  const brought = await bringIn(actor, { via: 'cli', title: 'test', at: new Date(), files, delivery, demo })
  const digests = brought.files.map(({ sha256 }) => Buffer.from(sha256 ?? '', 'hex'))
  return (await db.envelope.findMany({ where: { sha256: { in: digests } } })).map(({ id }) => id)
}

const namesOf = async (id: bigint | undefined) => (await storedEdges(id ?? 0n)).map(({ name }) => name)

async function lostEnds(): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT g.* FROM "Edge" g LEFT JOIN "Envelope" e ON e."id" = g."envelopeId"
     LEFT JOIN "Artifact" a ON a."id" = g."artifactId" LEFT JOIN "Name" n ON n."id" = g."nameId"
     WHERE e."id" IS NULL OR a."id" IS NULL OR n."id" IS NULL`,
  )
  return rows
}

/** Holds whoever comes by the end of such a statement; answers how to let him go on. */
async function holdAfter(statement: 'INSERT ON "Name"' | 'DELETE ON "Artifact"'): Promise<() => Promise<void>> {
  await pool.query(
    `CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(${gateKey}); RETURN NULL; END $$;
     CREATE TRIGGER gate AFTER ${statement} FOR EACH STATEMENT EXECUTE FUNCTION gate()`,
  )
  const keeper = await pool.connect()
  await keeper.query('SELECT pg_advisory_lock($1)', [gateKey])
  return async () => {
    await keeper.query('SELECT pg_advisory_unlock($1)', [gateKey])
    keeper.release()
  }
}

async function isWaiting(kind: 'advisory' | 'relation'): Promise<boolean> {
  const { rows } = await pool.query('SELECT FROM pg_locks WHERE "locktype" = $1 AND NOT "granted"', [kind])
  return rows.length > 0
}

/** Until it waits for a lock of that kind, or needs none. */
async function untilWaiting(kind: 'advisory' | 'relation', work: Promise<unknown>): Promise<void> {
  let done = false
  void work.then(
    () => {
      done = true
    },
    () => {
      done = true
    },
  )
  while (!done && !(await isWaiting(kind))) await sleep(5)
}

afterEach(async () => {
  await pool.query('DROP FUNCTION IF EXISTS gate() CASCADE')
  expect(await lostEnds()).toEqual([])
  expect(await db.envelope.count({ where: { demo: true } })).toBe(0)
})

describe('removing the demo', () => {
  test('waits for evidence that has found the demo’s files and has yet to refer to them', async () => {
    const [demo] = await bring([link(['shared/1', 'demo/1'])], true)
    const open = await holdAfter('INSERT ON "Name"')
    const bringing = bring([link(['shared/1', 'own/1'])], false)
    await untilWaiting('advisory', bringing)
    const removing = removeDemo(actor)
    await untilWaiting('relation', removing)
    await open()
    const [[own]] = await Promise.all([bringing, removing])
    expect(await namesOf(own)).toEqual(['own/1', 'shared/1'])
    expect(await db.envelope.count({ where: { id: demo ?? 0n } })).toBe(0)
    expect(await db.name.count({ where: { value: 'demo/1' } })).toBe(0)
  })

  test('lets evidence wait that comes when it has decided what goes', async () => {
    await bring([link(['shared/2'])], true)
    const open = await holdAfter('DELETE ON "Artifact"')
    const removing = removeDemo(actor)
    await untilWaiting('advisory', removing)
    const bringing = bring([link(['shared/2', 'own/2'])], false)
    await untilWaiting('relation', bringing)
    await open()
    const [[own]] = await Promise.all([bringing, removing])
    expect(await namesOf(own)).toEqual(['own/2', 'shared/2'])
  })

  test('takes nothing away from somebody who brings the very same document meanwhile', async () => {
    const both = link(['shared/3'])
    await bring([both], true)
    const open = await holdAfter('DELETE ON "Artifact"')
    const removing = removeDemo(actor)
    await untilWaiting('advisory', removing)
    const bringing = bring([both], false)
    await untilWaiting('relation', bringing)
    await open()
    const [[own]] = await Promise.all([bringing, removing])
    expect(await namesOf(own)).toEqual(['shared/3'])
    expect(await db.sighting.count({ where: { envelopeId: own ?? 0n } })).toBe(1)
  })

  test('at any moment among many who bring evidence about the same files loses none of theirs', async () => {
    for (let round = 0; round < 15; round++) {
      const files = Array.from({ length: 40 }, (_, n) => `round/${round}/${n}`)
      const both = files.map((file) => link([file]))
      await bring([...both, link(files)], true)
      const acts = Array.from({ length: 8 }, (_, act) => [
        ...files.filter((_, n) => n % 8 === act).map((file) => link([file, `own/${file}`])),
        ...both.filter((_, n) => n % 8 === act),
      ])
      const bringing = acts.map(async (documents, act) => {
        await sleep(act * 3)
        return bring(documents, false)
      })
      await sleep(round * 2)
      const [brought] = await Promise.all([Promise.all(bringing), removeDemo(actor)])
      const edges = await Promise.all(brought.flat().map((id) => namesOf(id)))
      expect(edges.filter(({ length }) => length === 1)).toHaveLength(40)
      expect(edges.filter(({ length }) => length === 2)).toHaveLength(40)
      expect(await lostEnds()).toEqual([])
    }
  }, 120_000)
})

describe('the database itself, whoever deletes', () => {
  test('keeps artifacts and names that edges lead to', async () => {
    const [id] = await bring([link(['kept'])], false)
    await expect(pool.query('DELETE FROM "Artifact"')).rejects.toThrow('an edge still refers to a row of "Artifact"')
    await expect(pool.query('DELETE FROM "Name"')).rejects.toThrow('an edge still refers to a row of "Name"')
    expect(await namesOf(id)).toEqual(['kept'])
  })

  test('takes edges away with their envelope', async () => {
    const [id] = await bring([link(['gone'])], false)
    await db.envelope.deleteMany({ where: { id: id ?? 0n } })
    expect(await db.edge.count({ where: { envelopeId: id ?? 0n } })).toBe(0)
    await pool.query(`DELETE FROM "Name" WHERE "value" = 'gone'`)
  })

  test('lets no artifact go beside evidence that has found it', async () => {
    const [first] = await bring([link(['beside'])], false)
    await db.envelope.deleteMany({ where: { id: first ?? 0n } })
    const open = await holdAfter('INSERT ON "Name"')
    const bringing = bring([link(['beside'])], false)
    await untilWaiting('advisory', bringing)
    const unused = `DELETE FROM "Artifact" a WHERE NOT EXISTS (SELECT FROM "Edge" e WHERE e."artifactId" = a."id")`
    const deleting = pool.query(unused)
    await untilWaiting('relation', deleting)
    await open()
    await expect(deleting).rejects.toThrow('an edge still refers')
    const [id] = await bringing
    expect(await namesOf(id)).toEqual(['beside'])
  })
})
