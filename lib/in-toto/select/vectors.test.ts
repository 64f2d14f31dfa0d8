import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FormatError, type Key, parsePublicKeyFile, sha256, toHex } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import { type Candidate, type ReadDocument, readDocument, verifyLayout } from '#lib/in-toto/index.ts'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { findBuilds, openStore } from './builds.ts'
import type { StoredDocument } from './input.ts'
import { judgeBuild } from './judge-build.ts'

const folder = sharedPath('vectors/made-here')
const AT = Date.parse('2026-11-23T00:00:00Z')
const certificates = { verifyCertificate, intermediates: [], bundles: [] }

interface Case {
  readonly layout: ReadDocument
  readonly keys: readonly Key[]
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

/** A case whose layout can be read and whose links lie in one folder; null for others, which have no such store. */
function readCase(path: string): Case | null {
  const root = join(path, 'root.layout')
  const links = join(path, 'links')
  if (!existsSync(root) || !existsSync(links)) return null
  const entries = readdirSync(links, { withFileTypes: true })
  if (entries.some((entry) => entry.isDirectory())) return null
  const layout = readDocument('root.layout', readFileSync(root))
  if (!('envelope' in layout) || layout.envelope.kind !== 'layout') return null
  try {
    const keys = parsePublicKeyFile(readFileSync(join(path, 'layout-keys.json')))
    return { layout, keys, files: entries.map(({ name }) => ({ name, bytes: readFileSync(join(links, name)) })) }
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

function directory({ layout, keys, files }: Case) {
  const steps = new Map<string, Candidate[]>()
  for (const { name, bytes } of files) {
    const found = /^(.+)\.([^.]{8})\.link$/.exec(name)
    if (found?.[1] === undefined || found[2] === undefined) continue
    const candidate = { document: readDocument(name, bytes), keyid: found[2] }
    steps.set(found[1], [...(steps.get(found[1]) ?? []), candidate])
  }
  const links = { steps, namespaces: new Map() }
  return verifyLayout({ layout, layoutKeys: keys, links, at: AT, profile: 'strict', verifySignature, certificates })
}

function store({ layout, keys, files }: Case) {
  const documents = files.map(({ name, bytes }): StoredDocument => {
    const document = readDocument(name, bytes)
    const signedSha256 = 'envelope' in document ? toHex(sha256(document.envelope.signedBytes)) : null
    return { document, signedSha256, sightings: [{ deliveryId: 'd', at: 0, path: name, by: 'tester' }] }
  })
  const delivery = {
    id: 'd',
    kind: 'handed-over',
    softwareId: null,
    issuer: 'x',
    label: 'd',
    attempt: 1,
    openedAt: 0,
    closesAt: null,
  } as const
  return openStore({
    softwareId: 's',
    layout,
    layoutKeys: keys,
    parameters: null,
    finalFiles: [],
    documents,
    deliveries: [delivery],
    waiting: 0,
    at: AT,
    verifySignature,
    certificates,
  })
}

if (folder === null) {
  test.skip('needs ../shared/vectors/made-here, which is not here', () => undefined)
} else {
  test('a store that holds one case and nothing else is never better than its folder', () => {
    let compared = 0
    const better: string[] = []
    const certified: string[] = []
    for (const name of readdirSync(folder).sort()) {
      const one = readCase(join(folder, name))
      if (one === null) continue
      const plain = directory(one)
      const opened = store(one)
      for (const build of findBuilds(opened)) {
        compared++
        const { report } = judgeBuild(opened, build)
        if (report.verdict === 'allow' && plain.verdict !== 'allow') better.push(name)
        if (plain.verdict === 'allow' && name.startsWith('C')) certified.push(name)
        if (plain.verdict === 'allow') expect([name, report.verdict]).toEqual([name, 'allow'])
      }
    }
    expect(better).toEqual([])
    expect(compared).toBeGreaterThan(60)
    expect(certified.length).toBeGreaterThan(7)
  })
}
