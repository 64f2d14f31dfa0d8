// Longer than most: one layout from its first draft to its last signature.
import { describe, expect, test } from 'vitest'
import type { Actor } from '#lib/auth/actor.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { fromBase64, publicKeyFile, sha256, toBase64, toHex, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { db, inTransaction } from '#lib/db/client.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'
import * as layout from '#lib/layout-draft/index.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { addSignature } from './add-signature.ts'
import { createDraft } from './create-draft.ts'
import { createVersion } from './create-version.ts'
import { exportSignerKey } from './export-keys.ts'
import { exportVersion } from './export-version.ts'
import { getDraft } from './get-draft.ts'
import { getVersion } from './get-version.ts'
import { listLayouts } from './list.ts'
import { saveDraft } from './save-draft.ts'
import { versionFromEnvelope } from './version-from-envelope.ts'

useDatabase()

const NOW = new Date('2030-01-01T00:00:00Z')
const user = (role: Actor['role']): Actor => ({
  kind: 'user',
  id: '00000000-0000-7000-8000-000000000001',
  name: 'Kofi',
  role,
  scopes: [],
  softwareId: null,
  sessionId: null,
})
const kofi = user('engineer')

const ci = makeKey('ci')
let made = 0
/** A layout that can be signed, different each time. */
const drawn = () =>
  layoutDocument({
    expires: new Date('2030-03-01T00:00:00Z'),
    readme: `layout ${++made}`,
    steps: [{ name: 'build', keys: [ci.key], materials: ['DISALLOW *'], products: ['CREATE app', 'DISALLOW *'] }],
  })

async function freeze(software: string | null = null): Promise<LayoutVersion> {
  const draft = await createDraft(kofi, { name: 'release', software, document: layout.layoutText(drawn()) }, NOW)
  return createVersion(kofi, { draftId: draft.id, revision: draft.revision }, NOW)
}

/** What the browser sends after signing. */
function signing(version: LayoutVersion, key: TestKey) {
  return {
    publicKey: key.key.pem ?? '',
    sha256: version.sha256,
    metablockSig: toHex(key.sign(fromBase64(version.metablockBytes))),
    dsseSig: toBase64(key.sign(layout.dsseBytes(fromBase64(version.dssePayload)))),
  }
}

async function softwareOwnedBy(slug: string, ...owners: TestKey[]) {
  const software = await db.software.create({ data: { slug, name: slug, createdAt: NOW } })
  for (const { key, name } of owners) {
    const fingerprint = Uint8Array.from(Buffer.from(key.fingerprint, 'hex'))
    const { keytype, scheme, bits, pem } = key
    await db.publicKey.create({
      data: { fingerprint, keytype, scheme, bits, pem, keyids: [key.keyid], name, firstSeenAt: NOW },
    })
    await db.ownerKey.create({ data: { softwareId: software.id, fingerprint, name, addedAt: NOW, addedBy: 'test' } })
  }
  return software
}

describe('drafts', () => {
  test('an empty draft expires in 90 days and can be read back', async () => {
    const draft = await createDraft(kofi, { name: 'new', software: null }, NOW)
    expect(draft.document).toContain('"expires": "2030-04-01T00:00:00Z"')
    expect(await getDraft(user('viewer'), draft.id)).toEqual(draft)
  })

  test('a signed layout becomes a draft without loss and without its signatures', async () => {
    const document = drawn()
    document.set('x-unknown', 12345678901234567890n)
    const text = new TextDecoder().decode(metablock(document, [makeKey('owner')]))
    const draft = await createDraft(kofi, { name: 'brought', software: null, document: text }, NOW)
    expect(toHex(sha256(layout.metablockBytes(layout.readLayoutText(draft.document))))).toBe(
      toHex(sha256(layout.metablockBytes(document))),
    )
    expect(draft.document).not.toContain('signatures')
  })

  test('saving on an old revision is refused with the current draft, and nothing is lost', async () => {
    const draft = await createDraft(kofi, { name: 'shared', software: null }, NOW)
    const theirs = draft.document.replace('"readme": ""', '"readme": "theirs"')
    await saveDraft(kofi, draft.id, { revision: 1, document: theirs }, NOW)
    const mine = draft.document.replace('"readme": ""', '"readme": "mine"')
    await expect(saveDraft(kofi, draft.id, { revision: 1, document: mine }, NOW)).rejects.toMatchObject({
      code: 'CONFLICT',
      extra: { draft: { revision: 2, document: theirs } },
    })
    expect((await getDraft(kofi, draft.id)).document).toBe(theirs)
  })

  test('two saves of one revision at once: one wins, the other hears of it', async () => {
    const draft = await createDraft(kofi, { name: 'race', software: null }, NOW)
    const save = (readme: string) =>
      saveDraft(kofi, draft.id, {
        revision: 1,
        document: draft.document.replace('"readme": ""', `"readme": "${readme}"`),
      })
    const outcomes = await Promise.allSettled([save('a'), save('b')])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await getDraft(kofi, draft.id)).revision).toBe(2)
  })

  test('text that is no layout is refused with line and column, and the draft stays', async () => {
    const draft = await createDraft(kofi, { name: 'typing', software: null }, NOW)
    await expect(saveDraft(kofi, draft.id, { revision: 1, document: '{\n "a": }' })).rejects.toMatchObject({
      name: 'FormatError',
      place: '2:7',
    })
    expect(await getDraft(kofi, draft.id)).toEqual(draft)
  })

  test('a viewer cannot draft, and a developer cannot sign', async () => {
    await expect(createDraft(user('viewer'), { name: 'x', software: null })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const version = await freeze()
    await expect(addSignature(user('developer'), version.id, signing(version, ci))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})

describe('versions', () => {
  test('a draft with an error is not frozen, and the error is named with its place', async () => {
    const document = layout.setThreshold(drawn(), { list: 'steps', index: 0 }, 2)
    const draft = await createDraft(kofi, { name: 'wrong', software: null, document: layout.layoutText(document) }, NOW)
    await expect(createVersion(kofi, { draftId: draft.id, revision: 1 }, NOW)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      fields: [{ path: 'steps[0].threshold' }],
    })
  })

  test('only the revision that was looked at is frozen', async () => {
    const draft = await createDraft(kofi, { name: 'x', software: null, document: layout.layoutText(drawn()) }, NOW)
    await saveDraft(kofi, draft.id, { revision: 1, name: 'y' }, NOW)
    await expect(createVersion(kofi, { draftId: draft.id, revision: 1 }, NOW)).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  test('freezing the same bytes again gives the same version; other bytes give the next number', async () => {
    const draft = await createDraft(kofi, { name: 'n', software: null, document: layout.layoutText(drawn()) }, NOW)
    const first = await createVersion(kofi, { draftId: draft.id, revision: 1 }, NOW)
    expect((await createVersion(kofi, { draftId: draft.id, revision: 1 }, NOW)).id).toBe(first.id)
    await saveDraft(kofi, draft.id, { revision: 1, document: layout.layoutText(drawn()) }, NOW)
    expect((await createVersion(kofi, { draftId: draft.id, revision: 2 }, NOW)).number).toBe(2)
  })
})

describe('signatures', () => {
  test.each(['rsa', 'ed25519', 'ecdsa-p256', 'ecdsa-p384'] as const)(
    'a %s key signs both forms, and both exports verify with the key file that comes along',
    async (kind) => {
      const key = makeKey('owner', kind)
      const version = await freeze()
      await expect(exportVersion(kofi, version.id, 'metablock')).rejects.toMatchObject({ code: 'CONFLICT' })
      const signed = await addSignature(kofi, version.id, signing(version, key), NOW)
      expect(signed.signatures).toMatchObject([{ metablock: true, dsse: true, keyid: key.keyid }])
      for (const form of ['metablock', 'dsse'] as const) {
        const envelope = parseEnvelope((await exportVersion(kofi, version.id, form)).bytes)
        const [signature] = envelope.signatures
        expect(signature?.keyid).toBe(key.keyid)
        expect(verifySignature(key.key, envelope.signedBytes, signature?.bytes ?? new Uint8Array()).valid).toBe(true)
      }
      const file = await exportSignerKey(kofi, version.id, key.key.fingerprint, 'legacy')
      expect(file.bytes).toEqual(publicKeyFile(key.key, 'legacy'))
    },
  )

  test.each([
    ['of another message', (key: TestKey) => ({ metablockSig: toHex(key.sign(utf8('other'))) })],
    ['of another message in DSSE', (key: TestKey) => ({ dsseSig: toBase64(key.sign(utf8('other'))) })],
    ['that is no hex', () => ({ metablockSig: 'zz' })],
    ['of another key', (_: TestKey, v: LayoutVersion) => signing(v, makeKey('other'))],
    ['that is empty', () => ({ metablockSig: '' })],
  ])('a signature %s is refused and nothing is stored', async (_, change) => {
    const key = makeKey('owner')
    const version = await freeze()
    const input = { ...signing(version, key), ...change(key, version), publicKey: key.key.pem ?? '' }
    await expect(addSignature(kofi, version.id, input)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect((await getVersion(kofi, version.id)).signatures).toEqual([])
    expect(await db.publicKey.count({ where: { fingerprint: Buffer.from(key.key.fingerprint, 'hex') } })).toBe(0)
  })

  test('a signer who saw other bytes is told so', async () => {
    const key = makeKey('owner')
    const version = await freeze()
    await expect(
      addSignature(kofi, version.id, { ...signing(version, key), sha256: 'ab'.repeat(32) }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('a layout of a software is ready when all its owner keys signed, not before, and others do not count', async () => {
    const [ines, rahel] = [makeKey('Ines'), makeKey('Rahel', 'ecdsa-p256')]
    await softwareOwnedBy('payments', ines, rahel)
    const version = await freeze('payments')
    await addSignature(kofi, version.id, signing(version, makeKey('stranger')), NOW)
    const half = await addSignature(kofi, version.id, signing(version, ines), NOW)
    expect(half.state).toBe('waiting')
    expect(half.needed).toMatchObject([
      { name: 'Ines', signed: true },
      { name: 'Rahel', signed: false },
    ])
    await expect(exportVersion(kofi, version.id, 'dsse')).rejects.toMatchObject({ code: 'CONFLICT' })
    const full = await addSignature(kofi, version.id, signing(version, rahel), NOW)
    expect(full.state).toBe('ready')
    const exported = parseEnvelope((await exportVersion(kofi, version.id, 'metablock')).bytes)
    expect(exported.signatures).toHaveLength(3)
  })

  test('a software without owner keys has no layout that is ready', async () => {
    await softwareOwnedBy('orphan')
    const version = await freeze('orphan')
    expect((await addSignature(kofi, version.id, signing(version, ci), NOW)).state).toBe('waiting')
  })

  test('signing twice with one key changes nothing', async () => {
    const key = makeKey('owner', 'ecdsa-p256')
    const version = await freeze()
    await addSignature(kofi, version.id, signing(version, key), NOW)
    const before = await exportVersion(kofi, version.id, 'metablock')
    await addSignature(kofi, version.id, signing(version, key), NOW)
    expect(await exportVersion(kofi, version.id, 'metablock')).toEqual(before)
  })

  test('every act leaves an audit row', async () => {
    const version = await freeze()
    await addSignature(kofi, version.id, signing(version, makeKey('owner')), NOW)
    const acts = await db.auditEntry.findMany({ where: { objectId: version.id }, orderBy: { seq: 'asc' } })
    expect(acts.map((entry) => entry.act)).toEqual(['layout-version.create', 'layout-version.sign'])
  })
})

describe('imported layouts', () => {
  async function bring(bytes: Uint8Array<ArrayBuffer>, name: string) {
    const envelope = parseEnvelope(bytes)
    return inTransaction(async (tx) => {
      const row = await tx.envelope.create({
        data: {
          sha256: Buffer.from(envelope.sha256, 'hex'),
          size: bytes.length,
          form: envelope.form,
          kind: envelope.kind,
          status: 'parsed',
          firstSeenAt: NOW,
          content: { create: { bytes } },
        },
      })
      return versionFromEnvelope(tx, kofi, { envelopeId: row.id, bytes, name, at: NOW })
    })
  }

  test('keep their signatures byte for byte and count them once an owner key is known', async () => {
    const owner = makeKey('owner', 'rsa')
    const bytes = metablock(drawn(), [owner])
    const id = await bring(bytes, 'root.layout')
    expect((await getVersion(kofi, id)).signatures).toEqual([])
    const software = await softwareOwnedBy('imported', owner)
    await db.layoutVersion.update({ where: { id }, data: { softwareId: software.id } })
    const version = await getVersion(kofi, id)
    expect(version).toMatchObject({ state: 'ready', signatures: [{ metablock: true, dsse: false }] })
    expect((await exportVersion(kofi, id, 'metablock')).bytes).toEqual(bytes)
    await expect(exportVersion(kofi, id, 'dsse')).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('a tampered one gains no signature', async () => {
    const owner = makeKey('owner')
    const text = new TextDecoder().decode(metablock(drawn(), [owner])).replace('"CREATE"', '"ALLOW"')
    const software = await softwareOwnedBy('tampered', owner)
    const id = await bring(utf8(text), 'tampered.layout')
    await db.layoutVersion.update({ where: { id }, data: { softwareId: software.id } })
    expect(await getVersion(kofi, id)).toMatchObject({ state: 'waiting', signatures: [] })
  })

  test('Metablock and DSSE of one layout are one version', async () => {
    const owner = makeKey('both')
    await softwareOwnedBy('both', owner)
    const document = drawn()
    const first = await bring(metablock(document, [owner]), 'both.layout')
    expect(await bring(dsse(document, [owner]), 'both.layout')).toBe(first)
  })

  test('the list shows drafts and versions', async () => {
    const all = await listLayouts(user('viewer'))
    expect(all.drafts.length).toBeGreaterThan(0)
    expect(all.versions.find((version) => version.name === 'root.layout')).toMatchObject({ steps: 1 })
  })
})
