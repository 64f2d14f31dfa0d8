import { describe, expect, test } from 'vitest'
import { utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import {
  ArtifactTables,
  type Candidate,
  type LinkStore,
  readDocument,
  type VerifyInput,
  verifyLayout,
} from '../index.ts'
import { allKeyids } from './keyids.ts'

const EXPIRES = new Date('2040-01-01T00:00:00Z')
const [owner, alice, bob] = [makeKey('owner'), makeKey('alice'), makeKey('bob')]
const keyidOf = (signer: TestKey) => signer.keyid.slice(0, 8)
const by = (step: string, signer: TestKey, bytes: Uint8Array): Candidate => ({
  document: readDocument(`${step}.${keyidOf(signer)}.link`, bytes),
  keyid: keyidOf(signer),
})
const layoutOf = (name: string, keys: readonly TestKey[]) =>
  layoutDocument({
    expires: EXPIRES,
    steps: [{ name, keys: keys.map(({ key }) => key), products: ['ALLOW *'] }],
  })
const NONE: LinkStore = { steps: new Map(), namespaces: new Map() }
const judge = (links: LinkStore, more: Partial<VerifyInput> = {}) =>
  verifyLayout({
    layout: readDocument('root.layout', metablock(layoutOf('build', [alice, bob]), [owner])),
    layoutKeys: [owner.key],
    links,
    at: Date.parse('2026-06-01T00:00:00Z'),
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    ...more,
  })

test('what in-toto alone refuses comes first, and what follows from what is still told', () => {
  // a sublayout that fails by a name, which in-toto does not look at, beside a file that it cannot load
  const odd = linkDocument({ name: 'compile', products: { './app': 'good' } })
  const sublayout = by('build', alice, metablock(layoutOf('compile', [alice]), [alice]))
  const broken = by('build', bob, utf8('{'))
  const inner: LinkStore = {
    steps: new Map([['compile', [by('compile', alice, metablock(odd, [alice]))]]]),
    namespaces: new Map(),
  }
  const links: LinkStore = {
    steps: new Map([['build', [sublayout, broken]]]),
    namespaces: new Map([[`build.${keyidOf(alice)}`, inner]]),
  }
  const told = (profile: VerifyInput['profile']) => {
    const { verdict, reasons } = judge(links, { profile })
    return [verdict, ...reasons.map(({ code, severity, follows }) => `${code} ${severity} ${follows ?? '-'}`)]
  }
  expect(told('strict')).toEqual(['deny', 'ARTIFACT_NAME_NOT_NORMAL deny -', 'SUBLAYOUT_FAILED deny 0'])
  expect(told('reference')).toEqual([
    'deny',
    'MALFORMED deny -',
    'ARTIFACT_NAME_NOT_NORMAL warning -',
    'SUBLAYOUT_FAILED warning 1',
  ])
})

test.each(allKeyids(owner.key))('an owner signs under the keyid %s of any tool', (keyid) => {
  const layout = readDocument('root.layout', metablock(layoutOf('build', [alice]), [{ ...owner, keyid }]))
  expect(judge(NONE, { layout }).layout.signatures.map((one) => [one.keyid, one.outcome])).toEqual([[keyid, 'valid']])
})

describe('a defect of ours', () => {
  class BrokenTables extends ArtifactTables {
    override findAt(): never {
      throw new Error('no table')
    }
  }
  /** Broken once: whoever asks after that must not make up for it. */
  class BrokenMap extends Map<string, string> {
    private broken = true
    override keys() {
      if (!this.broken) return super.keys()
      this.broken = false
      throw new Error('no keys')
    }
  }

  test('while a document is read makes it one that cannot be read', () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`file${index}`, 'x']))
    const bytes = metablock(linkDocument({ name: 'build', products: files }), [alice])
    expect(readDocument('build.link', bytes)).toHaveProperty('envelope')
    expect(readDocument('build.link', bytes, 'digest', new BrokenTables())).toEqual({
      source: 'build.link',
      sha256: 'digest',
      problem: { code: 'MALFORMED', message: 'The document could not be read: no table.', place: '' },
      open: null,
    })
  })

  test('in anything else is no finding about the evidence: it is thrown', () => {
    expect(() => judge(NONE, { parameters: new BrokenMap() })).toThrow('no keys')
  })
})
