import pg from 'pg'

/** Envelopes written by one statement. */
const chunk = 50_000
/** One act of bringing in holds so many files. */
const perImport = 1_000
/** Each envelope takes files that were made among so many before it. */
const near = 200
/** Envelopes of which one has a build that ships what it made. */
const perBuild = 10

/** The sha256 of the file number `n`: envelope `i` makes the files `2i` and `2i + 1`. */
export const fileOf = (n: string): string => `sha256(convert_to('file ' || (${n}), 'UTF8'))`

const tables: Readonly<Record<string, string>> = {
  Envelope: `INSERT INTO "Envelope" ("id", "sha256", "gitoid", "size", "form", "kind", "name", "signedSha256", "status",
      "parserVersion", "firstSeenAt", "demo")
    SELECT i, sha256(convert_to('envelope ' || i, 'UTF8')), sha256(convert_to('gitoid ' || i, 'UTF8')), 1200, 'metablock',
      'link', 'step-' || i % 500, sha256(convert_to('signed ' || i, 'UTF8')), 'parsed', 2,
      timestamptz '2026-01-01' + i * interval '1 second', false
    FROM generate_series($1::bigint, $2::bigint) AS i`,
  // half of what a link of this size takes when it is compressed
  EnvelopeContent: `INSERT INTO "EnvelopeContent" ("envelopeId", "bytes")
    SELECT i, convert_to(repeat(md5(i::text), 8), 'UTF8') FROM generate_series($1::bigint, $2::bigint) AS i`,
  EnvelopeSignature: `INSERT INTO "EnvelopeSignature" ("envelopeId", "index", "keyid")
    SELECT i, 0, encode(sha256(convert_to('key ' || i % 1000, 'UTF8')), 'hex')
    FROM generate_series($1::bigint, $2::bigint) AS i`,
  Artifact: `INSERT INTO "Artifact" ("id", "algo", "digest")
    SELECT n, 'sha256', ${fileOf('n')} FROM generate_series(2 * $1::bigint, 2 * $2::bigint + 1) AS n`,
  Edge: `INSERT INTO "Edge" ("envelopeId", "role", "artifactId", "nameId")
    SELECT i, 'product', 2 * i + k, 1 + (2 * i + k) % 5000
    FROM generate_series($1::bigint, $2::bigint) AS i CROSS JOIN generate_series(0, 1) AS k
    UNION ALL
    SELECT DISTINCT i, 'material', f, 1 + f % 5000
    FROM generate_series($1::bigint, $2::bigint) AS i CROSS JOIN generate_series(1, 3) AS k,
      LATERAL (SELECT greatest(2, 2 * (i - 1 - (hashint8(i * 3 + k)::bigint & 2147483647) % ${near}) + k % 2) AS f) AS t
    WHERE i > 1`,
  Sighting: `INSERT INTO "Sighting" ("envelopeId", "importId", "path", "seenAt", "actor")
    SELECT i, md5('import ' || (i - 1) / ${perImport})::uuid, 'run/' || i || '.link',
      timestamptz '2026-01-01' + i * interval '1 second', 'token:bench'
    FROM generate_series($1::bigint, $2::bigint) AS i`,
  ImportFile: `INSERT INTO "ImportFile" ("importId", "index", "path", "size", "sha256", "kind", "fate")
    SELECT md5('import ' || (i - 1) / ${perImport})::uuid, (i - 1) % ${perImport}, 'run/' || i || '.link', 1200,
      sha256(convert_to('envelope ' || i, 'UTF8')), 'link', 'stored'
    FROM generate_series($1::bigint, $2::bigint) AS i`,
  Build: `INSERT INTO "Build" ("id", "short", "softwareId", "groupKey", "finalStep", "label", "firstSeenAt", "state",
      "currentId")
    SELECT md5('build ' || i)::uuid, 'b' || i, md5('software ' || i % 500)::uuid, sha256(convert_to('group ' || i, 'UTF8')),
      'step-0', 'run ' || i, timestamptz '2026-01-01' + i * interval '1 second', 'verified', md5('verdict ' || i)::uuid
    FROM generate_series($1::bigint, $2::bigint) AS i WHERE i % ${perBuild} = 0`,
  // half of what a report of this size takes when it is compressed
  Verdict: `INSERT INTO "Verdict" ("id", "buildId", "bindingId", "inputsSha256", "verdict", "referenceVerdict", "headline",
      "at", "judgedAt", "engine", "report", "evidence", "validUntil")
    SELECT md5('verdict ' || i)::uuid, md5('build ' || i)::uuid, md5('binding ' || i % 500)::uuid,
      sha256(convert_to('inputs ' || i, 'UTF8')), 'allow', 'allow', 'Every step checks out.',
      timestamptz '2026-01-01' + i * interval '1 second', timestamptz '2026-01-01' + i * interval '1 second', 'bench',
      repeat(md5(i::text), 60), '[]', timestamptz '2100-01-01'
    FROM generate_series($1::bigint, $2::bigint) AS i WHERE i % ${perBuild} = 0`,
  BuildFile: `INSERT INTO "BuildFile" ("buildId", "path", "algo", "digest")
    SELECT md5('build ' || i)::uuid, 'app', 'sha256', ${fileOf('2 * i')}
    FROM generate_series($1::bigint, $2::bigint) AS i WHERE i % ${perBuild} = 0`,
}

/**
 * Writes evidence of `count` builds into an empty schema: every envelope makes two files and takes three of those before
 * it, a tenth of them ship. Foreign keys are true by how the rows are made and are not checked again, so the role has to
 * be a superuser's. Nothing reads the bytes: they are only as large as real ones.
 */
export async function fill(url: string, count: number, say: (text: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`SET session_replication_role = replica; SET synchronous_commit = off; SET jit = off`)
  await client.query(
    `INSERT INTO "Name" ("id", "value") SELECT n, 'dist/part-' || n FROM generate_series(1, 5001) AS n`,
  )
  await client.query(`INSERT INTO "Software" ("id", "slug", "name", "createdAt")
    SELECT md5('software ' || n)::uuid, 'software-' || n, 'Software ' || n, '2026-01-01' FROM generate_series(0, 499) AS n`)
  await client.query(`INSERT INTO "Binding" ("id", "softwareId", "versionId", "envelopeId", "since", "by")
    SELECT md5('binding ' || n)::uuid, md5('software ' || n)::uuid, md5('version ' || n)::uuid, 1, '2026-01-01', 'bench'
    FROM generate_series(0, 499) AS n`)
  await client.query(
    `INSERT INTO "Import" ("id", "at", "actor", "actorName", "via", "title")
     SELECT md5('import ' || n)::uuid, '2026-01-01', 'token:bench', 'bench', 'api', 'Pushed'
     FROM generate_series(0, $1::bigint) AS n`,
    [Math.ceil(count / perImport)],
  )
  for (let from = 1; from <= count; from += chunk) {
    const to = Math.min(count, from + chunk - 1)
    for (const statement of Object.values(tables)) await client.query(statement, [from, to])
    if (to % (10 * chunk) === 0) say(`${to} envelopes`)
  }
  await client.query('VACUUM (ANALYZE)')
  await client.end()
}
