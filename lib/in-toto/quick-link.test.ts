import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCanonicalJson, equalBytes, type JsonObject, jsonObject, printJson, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { ArtifactList } from './artifact-list.ts'
import { type Envelope, openDocument, openEnvelope, parseDocument } from './envelope.ts'
import { ArtifactTables } from './file-table.ts'
import { SignatureBook } from './verify/signatures.ts'

const signer = makeKey('ci')
const files = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/file-${i}.c`, `${i}`]))
const document = linkDocument({
  name: 'build',
  materials: files(20),
  products: files(25),
  stdout: 'a "b"\n\\',
  command: ['make', 'all'],
})

/** Null where the general reader is needed, or refuses it. */
function readQuickly(bytes: Uint8Array, tables?: ArtifactTables): Envelope | null {
  try {
    const found = openDocument(bytes, 'aa', tables)
    return 'document' in found ? found : null
  } catch {
    return null
  }
}

/** What both readers say about the same bytes. */
function both(bytes: Uint8Array, tables?: ArtifactTables) {
  return { quick: readQuickly(bytes, tables), general: () => parseDocument(openEnvelope(bytes, 'aa')) }
}

/** File lists as maps, whichever way they are kept. */
const plain = (link: Envelope['document']) =>
  'commandWasNull' in link ? { ...link, materials: new Map(link.materials), products: new Map(link.products) } : link

function expectSame(bytes: Uint8Array, tables?: ArtifactTables): boolean {
  const { quick, general } = both(bytes, tables)
  if (quick === null) return false
  const slow = general()
  expect(plain(quick.document)).toEqual(plain(slow.document))
  expect(quick.signatures).toEqual(slow.signatures)
  expect(quick.signedBytes).toEqual(slow.signedBytes)
  expect(quick.value).toEqual(slow.value)
  expect([quick.form, quick.kind, quick.payloadType, quick.sha256]).toEqual([
    slow.form,
    slow.kind,
    slow.payloadType,
    slow.sha256,
  ])
  return true
}

const written = (value: JsonObject, indent?: number) =>
  utf8(printJson(jsonObject({ signatures: [], signed: value }), indent))

describe('a link is read the same by the quick and by the general reader', () => {
  test('as in-toto writes it, and without blanks', () => {
    expect(expectSame(metablock(document, [signer]))).toBe(true)
    expect(expectSame(metablock(document, [signer, makeKey('other')]))).toBe(true)
    expect(expectSame(written(document))).toBe(true)
    expect(expectSame(written(document, 4))).toBe(true)
  })

  test('and owes nothing to the bytes any more, which may be used again', () => {
    const bytes = metablock(document, [signer])
    const before = both(bytes.slice()).quick
    const { quick } = both(bytes)
    bytes.fill(0x20)
    if (quick === null || before === null) throw new Error('the quick reader left this link to the general one')
    expect(plain(quick.document)).toEqual(plain(before.document))
    expect(quick.signatures).toEqual(before.signatures)
    expect(quick.signedBytes).toEqual(before.signedBytes)
    expect(quick.value).toEqual(before.value)
  })

  test('and lends what is signed for one use, after which a large one is given back', () => {
    for (const [count, stays] of [
      [20, true],
      [15_000, false],
    ] as const) {
      const link = linkDocument({ name: 'build', products: files(count) })
      const { quick, general } = both(metablock(link, [signer]))
      if (quick?.lendSignedBytes === undefined) throw new Error('not read quickly, or not lent')
      const { signedBytes } = general()
      const lent: Uint8Array[] = []
      expect(
        quick.lendSignedBytes((bytes) => {
          lent.push(bytes)
          return equalBytes(bytes, signedBytes)
        }),
      ).toBe(true)
      expect(lent[0]?.length).toBe(stays ? signedBytes.length : 0)
      expect(() =>
        quick.lendSignedBytes?.((bytes) => {
          lent.push(bytes)
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(lent[1]?.length).toBe(stays ? signedBytes.length : 0)
      // and they are there again for whoever asks next
      expect(quick.signedBytes).toEqual(signedBytes)
      expect(new SignatureBook(verifySignature, 0).find(quick, signer.key, [signer.keyid]).outcome).toBe('valid')
    }
  })

  test('with file lists that were read before', () => {
    const tables = new ArtifactTables()
    expect(expectSame(metablock(document, [signer]), tables)).toBe(true)
    const next = linkDocument({ name: 'package', materials: files(25), products: { ...files(25), 'z.tgz': 'z' } })
    expect(expectSame(metablock(next, [signer]), tables)).toBe(true)
    // one more file behind the same beginning is another list
    expect(
      expectSame(metablock(linkDocument({ name: 'x', materials: files(26), products: files(24) }), [signer]), tables),
    ).toBe(true)
  })

  test.each<[string, (names: readonly string[]) => readonly string[]]>([
    ['a name before those that were read before', (names) => ['zzz', ...names]],
    ['those that were read before, and again', (names) => [...names.slice(0, 9), ...names.slice(3)]],
    ['the one before the run that was read before', (names) => [names[3] ?? '', ...names.slice(3)]],
    ['a run behind a later one', (names) => [...names.slice(8, 12), ...names.slice(2, 6), 'zzz']],
  ])('no list out of order or with a file twice is read quickly: %s', (_, change) => {
    const names = Object.keys(files(25)).sort()
    const listed = (order: readonly string[]) => {
      const list = order.map((name) => `"${name}": {"sha256": "${'ab'.repeat(32)}"}`)
      return utf8(
        `{"signatures": [], "signed": {"_type": "link", "byproducts": {}, "command": [], "environment": {}, "materials": {${list.join(', ')}}, "name": "build", "products": {}}}`,
      )
    }
    const tables = new ArtifactTables()
    expect(readQuickly(listed(names), tables)).not.toBe(null)
    expect(readQuickly(listed([...names, 'zzz']), tables)).not.toBe(null)
    expect(readQuickly(listed(change(names)), tables)).toBe(null)
    expect(readQuickly(listed(change(names)))).toBe(null)
  })

  test.each<[string, (text: string) => string]>([
    ['a member twice', (text) => text.replace('"src/file-1.c"', '"src/file-0.c"')],
    ['files out of order', (text) => text.replace('"src/file-1.c"', '"zzz"')],
    ['an escape in a name', (text) => text.replace('"src/file-1.c"', '"src/file-1\\u002ec"')],
    [
      'output beyond ASCII, behind which places in text and bytes are not the same',
      (text) => text.replace('a \\"b', 'é \\"b'),
    ],
    ['a name beyond ASCII', (text) => text.replace('"src/file-1.c"', '"src/file-1é"')],
    ['a line break in a name', (text) => text.replace('"src/file-1.c"', '"src/file-1\n"')],
    ['another algorithm', (text) => text.replace('"sha256"', '"sha512"')],
    [
      'a digest in capitals',
      (text) => text.replace(/"sha256": "([0-9a-f]+)"/, (_, hex: string) => `"sha256": "${hex.toUpperCase()}"`),
    ],
    ['one more member', (text) => text.replace('"name"', '"extra": 1, "name"')],
    ['something behind the end', (text) => `${text} x`],
    ['a comma too many', (text) => text.replace(/\}\s*\}\s*$/, ',}}')],
    ['a null command', (text) => text.replace(/"command": \[[^\]]*\]/, '"command": null')],
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['another type', (text) => text.replace('"_type": "link"', '"_type": "layout"')],
    ['a broken byproduct', (text) => text.replace('"return-value": 0', '"return-value": 00')],
    ['a fraction', (text) => text.replace('"return-value": 0', '"return-value": 0.5')],
    ['a tabulator that is no blank', (text) => text.replace('"signed"', '\u000b"signed"')],
    ['a cut', (text) => text.slice(0, -20)],
  ])('%s is left to the general reader, or read the same', (_, change) => {
    const text = new TextDecoder().decode(metablock(document, [signer]))
    const changed = change(text)
    expect(changed).not.toBe(text)
    const bytes = utf8(changed)
    // where the quick reader takes it, the general one takes it too and agrees; else an exception ends this test
    expectSame(bytes)
  })

  test('whatever byte is changed', () => {
    const bytes = metablock(document, [signer])
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.constantFrom(...utf8('"\\{}[],: \n\t0aZ\u0001\u007f'), 0x80, 0xff),
        (at, byte) => {
          const changed = bytes.slice()
          changed[at] = byte
          expectSame(changed)
        },
      ),
      { numRuns: 1_500 },
    )
  })

  test('whatever the files are called and the small members hold', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abz/.- "\\{}:,é\n'), minLength: 1 })
    const record = fc.dictionary(name, fc.constantFrom('1', '2'), { maxKeys: 30 })
    fc.assert(
      fc.property(record, record, fc.array(name), name, (materials, products, command, stdout) => {
        const link = linkDocument({ name: 'x', materials, products, command, stdout })
        const bytes = metablock(link, [signer])
        if (expectSame(bytes)) expect(openEnvelope(bytes).signedBytes).toEqual(encodeCanonicalJson(link))
      }),
      { numRuns: 300 },
    )
  })

  test('whatever they share with file lists before', () => {
    const file = fc.record({ name: fc.nat(60).map((n) => `src/file-${n}.c`), content: fc.constantFrom('1', '2') })
    const record = fc
      .array(file, { minLength: 4, maxLength: 60 })
      .map((all) => Object.fromEntries(all.map(({ name, content }) => [name, content])))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(record, record), { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        (lists, chained) => {
          const tables = new ArtifactTables()
          for (const [index, [materials, products]] of lists.entries()) {
            const taken = chained ? (lists[index - 1]?.[1] ?? materials) : materials
            const link = linkDocument({ name: 'x', materials: taken, products })
            expect(expectSame(metablock(link, [signer]), tables)).toBe(true)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a list is indexed only when somebody asks for one of its files', () => {
    const list = new ArtifactList(['a', 'b'], [{ sha256: '1' }, { sha256: '2' }])
    expect([list.size, [...list.keys()], [...list.values()]]).toEqual([
      2,
      ['a', 'b'],
      [{ sha256: '1' }, { sha256: '2' }],
    ])
    expect([...list.entries()]).toEqual([...list])
    expect([list.get('b'), list.get('c'), list.has('a'), list.has('')]).toEqual([
      { sha256: '2' },
      undefined,
      true,
      false,
    ])
    const seen: string[] = []
    list.forEach((digests, path, all) => {
      seen.push(`${path} ${digests.sha256} ${all === list}`)
    })
    expect(seen).toEqual(['a 1 true', 'b 2 true'])
  })
})
