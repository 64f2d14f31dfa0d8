import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { utf8 } from '#lib/crypto/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { connectorContract } from '#lib/testing/sources/connector-contract.ts'
import type { Batch, Connector, Ports } from '../connector.ts'
import { directoryKind } from './directory.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const now = new Date('2030-01-01T12:00:00Z')
const hourAgo = new Date(now.getTime() - 3_600_000)
const signal = new AbortController().signal
const ci = makeKey('ci')

function ports(folders: string[]): Ports {
  return {
    fetch: () => Promise.reject(new Error('a folder needs no way out')),
    credentials: { secret: () => Promise.reject(new Error('a folder needs no secret')) },
    folders,
    now: () => now,
  }
}

function world() {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-folder-')))
  made.push(top)
  const folder = join(top, 'inbox')
  mkdirSync(folder)
  const open = (at = folder, allowed = [folder]): Connector =>
    directoryKind.open({ folder: at, together: false }, ports(allowed))
  const put = (key: string, content: string | Uint8Array, at = hourAgo): string => {
    const path = join(folder, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    utimesSync(path, at, at)
    return key
  }
  return { top, folder, open, put }
}

async function pass(connector: Connector, batchEntries = 100): Promise<Batch[]> {
  return Array.fromAsync(connector.since(null, { batchEntries, signal }))
}

const keysOf = (batches: Batch[]): string[] => batches.flatMap(({ entries }) => entries.map(({ key }) => key))
const skippedOf = (batches: Batch[]) =>
  Object.fromEntries(batches.flatMap(({ skipped = [] }) => skipped.map(({ key, code }) => [key, code])))

connectorContract('a folder', () => {
  const { folder, open, put, top } = world()
  const document = (number: number): Uint8Array =>
    metablock(linkDocument({ name: 'build', products: { app: `${number}` } }), [ci])
  return Promise.resolve({
    open: () => Promise.resolve(open()),
    // some in folders of their own, so that a pass is also broken off inside of one
    put: (name, bytes) =>
      Promise.resolve(put(/[147]$/.test(name) ? `runs/${name}/build.1a2b3c4d.link` : `${name}.link`, bytes)),
    remove: (key) => Promise.resolve(rmSync(join(folder, key))),
    openUnreachable: () => Promise.resolve(open(join(top, 'nowhere'), [top])),
    document,
  })
})

describe('a folder', () => {
  test('lists links, inner chains, certificates and keys in folders below', async () => {
    const { open, put } = world()
    const keys = [
      'run-1/build.1a2b3c4d.link',
      'run-1/package.1a2b3c4d/compile.5e6f7a8b.link',
      'run-1/build-intermediate-0.cert.pem',
      'run-1/root.layout',
      'keys/alice.pub',
    ].map((key) => put(key, '{}'))
    put('keys/alice.pub', '-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n')
    expect(keysOf(await pass(open())).sort()).toEqual([...keys].sort())
  })

  test('waits for a file that is being written, and says so', async () => {
    const { open, put } = world()
    put('growing.link', '{}', new Date(now.getTime() - 500))
    put('half.link', '{"signed": {"_type"', new Date(now.getTime() - 30_000))
    put('half.pem', '-----BEGIN CERTIFICATE-----\nMII', new Date(now.getTime() - 30_000))
    put('empty.link', '', new Date(now.getTime() - 30_000))
    put('whole.link', '{"signed": {}}', new Date(now.getTime() - 30_000))
    put('lines.jsonl', '{"a": 1}\n{"b": 2}\n', new Date(now.getTime() - 30_000))
    put('abandoned.link', '{"signed": {"_type"', hourAgo)
    const batches = await pass(open())
    expect(keysOf(batches)).toEqual(['abandoned.link', 'lines.jsonl', 'whole.link'])
    expect(new Set(Object.values(skippedOf(batches)))).toEqual(new Set(['BEING_WRITTEN']))
    expect(batches.at(-1)?.lookAgainMs).toBeGreaterThan(0)
  })

  test('has another version where a file was written again', async () => {
    const { open, put } = world()
    put('a.link', '{}')
    const [first] = await pass(open())
    put('a.link', '{}', new Date(hourAgo.getTime() + 1))
    const [second] = await pass(open())
    expect(second?.entries[0]?.version).not.toBe(first?.entries[0]?.version)
  })

  test('reads a link to a file of its own, and none that leads out', async () => {
    const { folder, open, put, top } = world()
    put('real.link', '{"real": true}')
    writeFileSync(join(top, 'secret'), '{"secret": true}')
    mkdirSync(join(top, 'other'))
    writeFileSync(join(top, 'other', 'b.link'), '{}')
    symlinkSync(join(folder, 'real.link'), join(folder, 'inside.link'))
    symlinkSync(join(top, 'secret'), join(folder, 'outside.link'))
    symlinkSync(join(top, 'other'), join(folder, 'folder'))
    symlinkSync(join(folder), join(folder, 'circle'))
    symlinkSync(join(top, 'nothing'), join(folder, 'dangling'))
    const batches = await pass(open())
    expect(keysOf(batches)).toEqual(['inside.link', 'real.link'])
    expect(skippedOf(batches)).toMatchObject({ 'outside.link': 'NOT_ALLOWED', folder: 'NOT_ALLOWED' })
    await expect(open().fetch('outside.link', signal)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    await expect(open().fetch('folder/b.link', signal)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  })

  test.each(['../secret', '/etc/passwd', 'a/../../secret', './a', 'a//b', '', 'a\0b'])(
    'fetches nothing by the key %j',
    async (key) => {
      const { open, top } = world()
      writeFileSync(join(top, 'secret'), 'x')
      await expect(open().fetch(key, signal)).rejects.toMatchObject({ code: 'GONE' })
    },
  )

  test('is not read outside of the allowed folders, also through a link, and does not say what is there', async () => {
    const { folder, open, top } = world()
    mkdirSync(join(top, 'inbox2'))
    symlinkSync('/etc', join(folder, 'etc'))
    const answers = []
    for (const at of ['/etc', join(folder, 'etc'), join(top, 'inbox2'), top, join(top, 'nowhere')]) {
      const probe = await open(at, [folder]).probe(signal)
      expect(probe).toMatchObject({ reached: false, code: 'NOT_ALLOWED' })
      if (!probe.reached) answers.push(probe.message.replace(at, 'X'))
    }
    expect(new Set(answers).size).toBe(1)
    expect(await open('relative/folder').probe(signal)).toMatchObject({ reached: false, code: 'SETTINGS' })
  })

  test('neither waits for a pipe nor reads what is too large', async () => {
    const { folder, open, put } = world()
    execFileSync('mkfifo', [join(folder, 'pipe.link')])
    put('large.link', '')
    execFileSync('truncate', ['-s', '65M', join(folder, 'large.link')])
    utimesSync(join(folder, 'large.link'), hourAgo, hourAgo)
    const batches = await pass(open())
    expect(skippedOf(batches)).toEqual({ 'large.link': 'LIMIT', 'pipe.link': 'NOT_A_FILE' })
    await expect(open().fetch('pipe.link', signal)).rejects.toMatchObject({ code: 'GONE' })
    await expect(open().fetch('large.link', signal)).rejects.toMatchObject({ code: 'LIMIT' })
  })

  test('takes any order and depth of names without losing one', async () => {
    const { open, put } = world()
    const keys = ['a', 'a.b/c', 'a-b/c', 'a_b', 'z/y/x/w', 'z/y.x', 'Ä/ö', 'b/a', 'b.link'].map((key) =>
      put(key, utf8(key)),
    )
    expect(keysOf(await pass(open(), 1)).sort()).toEqual([...keys].sort())
    const batches = await pass(open(), 1)
    for (const [index, { cursor, caughtUp }] of batches.entries()) {
      if (caughtUp) continue
      const rest = await Array.fromAsync(open().since(cursor, { batchEntries: 100, signal }))
      expect([...keysOf(batches.slice(0, index + 1)), ...keysOf(rest)].sort()).toEqual([...keys].sort())
    }
  })

  test('tells when something comes', async () => {
    const { open, put } = world()
    const stop = new AbortController()
    const changed = vi.fn()
    open().watch?.(changed, stop.signal)
    await vi.waitFor(() => {
      put(`run/${Math.random()}.link`, '{}')
      expect(changed).toHaveBeenCalled()
    })
    stop.abort()
  })
})
