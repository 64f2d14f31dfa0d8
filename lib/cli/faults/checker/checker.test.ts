// Longer than most: one whole database, damaged in every way that the checker must see.
import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { db, pool } from '#lib/db/client.ts'
import { bringIn } from '#lib/services/imports/bring-in.ts'
import { judgeSoftwareJob } from '#lib/services/verdicts/judge-software.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { makeRun, makeWorld, type RunOfLinks, type World } from '../world.ts'
import { checkInvariants } from './check-invariants.ts'
import type { Witnessed } from './witnessed.ts'

// A checker that cannot fail is worth nothing: one thing at a time is broken in a sound database, and each has to be
// reported as what it is.

useDatabase()

const actor = systemActor('test')
const [whole, tampered] = [makeRun('17'), makeRun('18', true)]
const broken = new TextEncoder().encode('{"signed": {"_type": "link"')
let world: World
let witnessed: Witnessed

async function push(run: RunOfLinks): Promise<void> {
  await bringIn(actor, {
    via: 'api',
    title: run.run,
    at: new Date(),
    files: run.links,
    delivery: { kind: 'pushed', softwareId: world.softwareId, run: run.run, attempt: 1 },
  })
}

beforeAll(async () => {
  world = await makeWorld('Payments')
  for (const run of [whole, tampered]) await push(run)
  const files = [{ path: 'half.link', bytes: broken }]
  await bringIn(actor, { via: 'api', title: 'half', at: new Date(), files, delivery: { kind: 'loose' } })
  await judgeSoftwareJob({ softwareId: world.softwareId })
  await pool.query('UPDATE "Job" SET "doneAt" = now()')
  witnessed = {
    acknowledged: [whole, tampered].flatMap(({ run, links }) =>
      links.map(({ path, sha256 }) => ({ sha256, answered: sha256, status: 201, path, run })),
    ),
    answered: [{ digest: whole.digest, verdict: 'allow', mayAllow: true }],
    runs: [whole, tampered].map(({ run, verdict }) => ({ softwareId: world.softwareId, run, verdict })),
    inSources: whole.links.map(({ sha256 }) => sha256),
  }
})

const found = async (given: Partial<Witnessed> = {}) =>
  (await checkInvariants({ ...witnessed, ...given })).map(({ invariant, message }) => `${invariant} ${message}`)

/** Past triggers, foreign keys and unique indexes, as damage comes. */
async function damage(...statements: string[]): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('SET session_replication_role = replica')
    for (const sql of statements) await client.query(sql)
  } finally {
    await client.query('SET session_replication_role = origin')
    client.release()
  }
}

async function whileDamaged(statements: string[], undo: string[]): Promise<string[]> {
  await damage(...statements)
  try {
    return await found()
  } finally {
    await damage(...undo)
  }
}

const digestOfFirst = whole.links[0]?.sha256 ?? ''
const first = `(SELECT "id" FROM "Envelope" WHERE "sha256" = '\\x${digestOfFirst}')`
const keep = (table: string, where: string): string[] => [
  `CREATE TABLE kept AS SELECT * FROM "${table}" WHERE ${where}`,
  `DELETE FROM "${table}" WHERE ${where}`,
]
const restore = (table: string): string[] => [`INSERT INTO "${table}" SELECT * FROM kept`, 'DROP TABLE kept']

test('a sound database has no violation', async () => {
  expect(await found()).toEqual([])
  expect(await db.verdict.count({ where: { verdict: 'allow' } })).toBe(1)
  expect(await db.verdict.count({ where: { verdict: 'deny' } })).toBe(1)
  expect(await db.envelope.count({ where: { status: 'quarantined' } })).toBe(1)
})

describe('what was seen from outside', () => {
  const ghost = makeRun('never')
  const ack = { sha256: ghost.links[0]?.sha256 ?? '', answered: null, status: 201, path: 'x', run: null }

  test('an acknowledged upload that is not there is R1', async () => {
    expect(await found({ acknowledged: [ack] })).toEqual(['R1 acknowledged, but not stored'])
  })

  test('one that is there under no such path, or not in its run, is R1', async () => {
    const [known] = witnessed.acknowledged
    if (known === undefined) throw new Error('nothing was acknowledged')
    const message = 'R1 acknowledged, but nobody is noted as having brought it so'
    expect(await found({ acknowledged: [{ ...known, path: 'elsewhere' }] })).toEqual([message])
    expect(await found({ acknowledged: [{ ...known, run: '19' }] })).toEqual([message])
  })

  test('an answer that names another digest is R1', async () => {
    const [known] = witnessed.acknowledged
    if (known === undefined) throw new Error('nothing was acknowledged')
    expect(await found({ acknowledged: [{ ...known, answered: 'f'.repeat(64) }] })).toEqual([
      'R1 answered with the digest of something else',
    ])
  })

  test('what lies in a source and is not stored is R1', async () => {
    expect(await found({ inSources: [ack.sha256] })).toEqual(['R1 lies in a source, but is not stored'])
  })

  test('a run without a build is R7, one with another verdict is R9, and so is an allow that was told wrongly', async () => {
    const run = (name: string, verdict: 'allow' | 'deny') => ({ softwareId: world.softwareId, run: name, verdict })
    expect(await found({ runs: [run('19', 'allow')] })).toEqual([
      'R7 a run that was acknowledged has not exactly one judged build',
    ])
    expect(await found({ runs: [run('18', 'allow')] })).toEqual([
      'R9 a run has not the verdict that its evidence calls for',
    ])
    expect(await found({ answered: [{ digest: tampered.digest, verdict: 'allow', mayAllow: false }] })).toEqual([
      'R9 a client was told allow',
    ])
  })
})

describe('damage in the database', () => {
  const cases: readonly { name: string; statements: string[]; undo: string[]; shows: string[] }[] = [
    {
      name: 'an envelope without its bytes',
      statements: keep('EnvelopeContent', `"envelopeId" = ${first}`),
      undo: restore('EnvelopeContent'),
      shows: [
        'R1 acknowledged, but not stored',
        'R1 lies in a source',
        'R2 stored, but not whole',
        'R5',
        'R9 allowed by',
      ],
    },
    {
      name: 'one flipped byte',
      statements: [
        `UPDATE "EnvelopeContent" SET "bytes" = set_byte("bytes", 9, get_byte("bytes", 9) # 1) WHERE "envelopeId" = ${first}`,
      ],
      undo: [
        `UPDATE "EnvelopeContent" SET "bytes" = set_byte("bytes", 9, get_byte("bytes", 9) # 1) WHERE "envelopeId" = ${first}`,
      ],
      shows: [
        'R1 acknowledged, but stored with other bytes',
        'R2 stored, but not whole',
        'R5',
        'R9 allowed by evidence',
      ],
    },
    {
      name: 'an envelope that is gone',
      statements: keep('Envelope', `"id" = ${first}`),
      undo: restore('Envelope'),
      shows: [
        'R1 acknowledged, but not stored',
        'R1 lies in a source',
        'R2 a file is said',
        'R2 an edge has lost an end',
        'R5',
        'R9 allowed by',
      ],
    },
    {
      name: 'an envelope that nobody brought',
      statements: keep('Sighting', `"envelopeId" = ${first}`),
      undo: restore('Sighting'),
      shows: ['R1 acknowledged, but nobody', 'R2 stored, but not whole', 'R2 a file is said', 'R5'],
    },
    {
      name: 'signatures that were not written',
      statements: keep('EnvelopeSignature', `"envelopeId" = ${first}`),
      undo: restore('EnvelopeSignature'),
      shows: ['R2 stored, but not whole'],
    },
    {
      name: 'edges that were not written',
      statements: keep('Edge', `"envelopeId" = ${first}`),
      undo: restore('Edge'),
      shows: ['R2 stored, but not whole'],
    },
    {
      name: 'an edge to an artifact that is gone',
      statements: keep('Artifact', `"id" = (SELECT min("artifactId") FROM "Edge" WHERE "envelopeId" = ${first})`),
      undo: restore('Artifact'),
      shows: ['R2 an edge has lost an end'],
    },
    {
      name: 'an edge under a name that is gone',
      statements: keep('Name', `"id" = (SELECT min("nameId") FROM "Edge" WHERE "envelopeId" = ${first})`),
      undo: restore('Name'),
      shows: ['R2 an edge has lost an end'],
    },
    {
      name: 'the same content twice',
      statements: [
        `INSERT INTO "EnvelopeContent" SELECT -1, "bytes" FROM "EnvelopeContent" WHERE "envelopeId" = ${first}`,
      ],
      undo: ['DELETE FROM "EnvelopeContent" WHERE "envelopeId" = -1'],
      shows: ['R3 several rows for one content'],
    },
    {
      name: 'one bringing noted twice',
      statements: [
        `INSERT INTO "Sighting" ("envelopeId", "deliveryId", "importId", "path", "seenAt", "actor")
         SELECT "envelopeId", "deliveryId", "importId", "path", "seenAt", "actor" FROM "Sighting" WHERE "envelopeId" = ${first}`,
      ],
      undo: ['DELETE FROM "Sighting" WHERE "id" = (SELECT max("id") FROM "Sighting")'],
      shows: ['R3 one bringing is noted several times'],
    },
    {
      name: 'two deliveries of one run',
      statements: [
        `INSERT INTO "Delivery" SELECT gen_random_uuid(), "kind", "softwareId", "issuer", "label", "attempt",
           "openedAt" + interval '1 second', "closesAt" FROM "Delivery" WHERE "label" = '17'`,
      ],
      undo: [
        `DELETE FROM "Delivery" d WHERE "label" = '17' AND NOT EXISTS (SELECT FROM "Sighting" s WHERE s."deliveryId" = d."id")`,
      ],
      shows: ['R3 one run has several deliveries of one attempt'],
    },
    {
      name: 'a read envelope that is said to be a layout',
      statements: [`UPDATE "Envelope" SET "kind" = 'layout' WHERE "id" = ${first}`],
      undo: [`UPDATE "Envelope" SET "kind" = 'link' WHERE "id" = ${first}`],
      shows: ['R4 neither read nor quarantined'],
    },
    {
      name: 'something unreadable that is said to be read',
      statements: [
        'CREATE TABLE kept AS SELECT "id", "code" FROM "Envelope" WHERE "status" = \'quarantined\'',
        `UPDATE "Envelope" SET "status" = 'parsed', "kind" = 'link' WHERE "status" = 'quarantined'`,
      ],
      undo: [
        `UPDATE "Envelope" e SET "status" = 'quarantined', "kind" = 'unknown' FROM kept k WHERE k."id" = e."id"`,
        'DROP TABLE kept',
      ],
      shows: ['R4 neither read nor quarantined'],
    },
    {
      name: 'an entry of a source that waits for ever',
      statements: [
        `INSERT INTO "Source" ("id", "name", "kind", "settings", "createdAt", "createdBy", "createdByName", "nextAt")
         VALUES ('00000000-0000-7000-8000-00000000000a', 'old', 'directory', '{}', now(), 'user:x', 'X', now())`,
        `INSERT INTO "SourceEntry" ("sourceId", "key", "path", "state", "firstSeenAt", "lastSeenAt")
         VALUES ('00000000-0000-7000-8000-00000000000a', 'k', 'k', 'waiting', now() - interval '1 hour', now())`,
      ],
      undo: ['DELETE FROM "SourceEntry"', 'DELETE FROM "Source"'],
      shows: ['R4 an entry of a source waits for more than ten minutes'],
    },
    {
      name: 'a verdict that was written over',
      statements: [
        `UPDATE "Verdict" SET "report" = replace("report", '"deny"', '"allow"'), "verdict" = 'allow' WHERE "verdict" = 'deny'`,
      ],
      undo: [
        `UPDATE "Verdict" SET "report" = replace("report", '"allow"', '"deny"'), "verdict" = 'deny'
         WHERE "id" = (SELECT "currentId" FROM "Build" WHERE "label" = '18')`,
      ],
      shows: ['R5 a verdict that is computed again', 'R9 a run has not the verdict'],
    },
    {
      name: 'a build that is shown otherwise',
      statements: [`UPDATE "Build" SET "state" = 'verified' WHERE "label" = '18'`],
      undo: [`UPDATE "Build" SET "state" = 'blocked' WHERE "label" = '18'`],
      shows: ['R5 a verdict that is computed again'],
    },
    {
      name: 'an audit row that was changed',
      statements: [`UPDATE "AuditEntry" SET "actorName" = 'Somebody' WHERE "seq" = 3`],
      undo: [
        `UPDATE "AuditEntry" SET "actorName" = (SELECT "actorName" FROM "AuditEntry" WHERE "seq" = 2) WHERE "seq" = 3`,
      ],
      shows: ['R6 the audit log is no unbroken chain'],
    },
    {
      name: 'an audit row that was taken out',
      statements: keep('AuditEntry', '"seq" = (SELECT max("seq") FROM "AuditEntry" WHERE "act" = \'evidence.bring\')'),
      undo: restore('AuditEntry'),
      shows: ['R6 an act without its record'],
    },
    {
      name: 'files of an import that are not recorded',
      statements: [
        `INSERT INTO "ImportFile" ("importId", "index", "path", "size", "kind", "fate")
         SELECT "importId", 99, 'more', 0, 'not-metadata', 'listed' FROM "ImportFile" LIMIT 1`,
      ],
      undo: ['DELETE FROM "ImportFile" WHERE "index" = 99'],
      shows: ['R6 an act without its record'],
    },
    {
      name: 'a job that was given up',
      statements: [
        `INSERT INTO "Job" ("name", "payload", "runAt", "deadAt", "lastError") VALUES ('sweep-expired', '{}', now(), now(), 'x')`,
      ],
      undo: ['DELETE FROM "Job" WHERE "deadAt" IS NOT NULL'],
      shows: ['R7 a job was given up'],
    },
    {
      name: 'evidence after the last judging',
      statements: [`UPDATE "Build" SET "checkedAt" = "checkedAt" - interval '1 day' WHERE "label" = '17'`],
      undo: [`UPDATE "Build" SET "checkedAt" = "checkedAt" + interval '1 day' WHERE "label" = '17'`],
      shows: ['R7 a build was judged before evidence of its own run came'],
    },
    {
      name: 'a job that nobody does',
      statements: [
        `INSERT INTO "Job" ("name", "payload", "runAt") VALUES ('sweep-expired', '{}', now() - interval '1 hour')`,
      ],
      undo: ['DELETE FROM "Job" WHERE "doneAt" IS NULL'],
      shows: ['R8 a job waits whose time has come'],
    },
  ]

  test.each(cases)('$name', async ({ statements, undo, shows }) => {
    const said = await whileDamaged(statements, undo)
    expect(said.length, said.join('\n')).toBe(shows.length)
    for (const [index, start] of shows.entries()) expect(said[index]).toContain(start)
    expect(await found()).toEqual([])
  })
})
