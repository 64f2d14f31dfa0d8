import { describe, expect, test } from 'vitest'
import type { Recorded } from '../evaluate-rules.ts'
import type { Digests } from '../report.ts'
import { canTie, contentKey, listsAll, madeFiles } from './content.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
type Files = Readonly<Record<string, Digests>>
const record = (materials: Files, products: Files = {}): Recorded => ({
  materials: new Map(Object.entries(materials)),
  products: new Map(Object.entries(products)),
})

describe('files tie links together', () => {
  test('by a strong digest of a file that is not empty', () => {
    expect(canTie({ sha256: A })).toBe(true)
    expect(canTie({ sha256: A, sha1: 'c'.repeat(40) })).toBe(true)
    expect(canTie({ sha1: 'c'.repeat(40) })).toBe(false)
    expect(canTie({})).toBe(false)
  })

  test('not by the empty file, in whatever letters and beside whatever other digest', () => {
    expect(canTie({ sha256: EMPTY })).toBe(false)
    expect(canTie({ sha256: EMPTY.toUpperCase() })).toBe(false)
    expect(canTie({ sha256: EMPTY, sha512: 'd'.repeat(128) })).toBe(false)
  })
})

describe('content', () => {
  test('is the same for the same files, in whatever order, and another for any others', () => {
    const one = contentKey(record({ a: { sha256: A, sha512: B + B }, b: { sha256: B } }, { c: { sha256: A } }))
    expect(contentKey(record({ b: { sha256: B }, a: { sha512: B + B, sha256: A } }, { c: { sha256: A } }))).toBe(one)
    for (const other of [
      record({ a: { sha256: A, sha512: B + B }, b: { sha256: A } }, { c: { sha256: A } }),
      record({ a: { sha256: A }, b: { sha256: B } }, { c: { sha256: A } }),
      record({ a: { sha256: A, sha512: B + B }, b: { sha256: B } }),
      record({ c: { sha256: A } }, { a: { sha256: A, sha512: B + B }, b: { sha256: B } }),
      record({ a: { sha256: A, sha512: B + B } }, { b: { sha256: B }, c: { sha256: A } }),
      record({ a: { sha256: A, sha512: B + B }, d: { sha256: B } }, { c: { sha256: A } }),
    ])
      expect(contentKey(other)).not.toBe(one)
    expect(one).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('files that a step made', () => {
  const made = (materials: Files, products: Files) => [...madeFiles(record(materials, products)).keys()]

  test('are products that are not among its materials, under whatever name', () => {
    expect(made({ a: { sha256: A } }, { a: { sha256: A }, moved: { sha256: A }, b: { sha256: B } })).toEqual(['b'])
    expect(made({}, { a: { sha256: A } })).toEqual(['a'])
    expect(made({ a: { sha256: A } }, { a: { sha256: B } })).toEqual(['a'])
  })

  test('another algorithm beside a shared one, or other letters, make nothing new', () => {
    expect(made({ a: { sha256: A } }, { a: { sha256: A.toUpperCase(), sha512: B + B } })).toEqual([])
    expect(made({ a: { sha256: A, sha512: B + B } }, { a: { sha512: B + B } })).toEqual([])
    // the same hex of another algorithm is another file
    expect(made({ a: { 'sha3-256': A } }, { a: { sha256: A } })).toEqual(['a'])
  })
})

describe('a link lists the final files', () => {
  const files = (all: Files) => new Map(Object.entries(all))

  test('all of them, as materials or products, under whatever path', () => {
    const both = files({ a: { sha256: A }, b: { sha256: B } })
    expect(listsAll(record({ x: { sha256: A } }, { y: { sha256: B } }), both)).toBe(true)
    expect(listsAll(record({ x: { sha256: A }, y: { sha256: B } }), both)).toBe(true)
    expect(listsAll(record({ x: { sha256: A } }), both)).toBe(false)
    expect(listsAll(record({}), both)).toBe(false)
  })

  test('and no files are listed by none', () => {
    expect(listsAll(record({ x: { sha256: A } }), files({}))).toBe(false)
  })

  test('by a digest that ties', () => {
    expect(listsAll(record({ x: { sha256: EMPTY } }), files({ a: { sha256: EMPTY } }))).toBe(false)
    const sha512 = B + B
    expect(listsAll(record({ x: { sha512 } }), files({ a: { sha512 } }))).toBe(true)
    expect(listsAll(record({ x: { sha256: A, sha512 } }), files({ a: { sha256: A, sha512 } }))).toBe(true)
    expect(listsAll(record({ x: { sha256: A, sha512 } }), files({ a: { sha256: A, sha512: A + A } }))).toBe(false)
    // one of several with the same SHA-256 is enough
    expect(
      listsAll(
        record({ x: { sha256: A, sha512: A + A }, y: { sha256: A, sha512 } }),
        files({ a: { sha256: A, sha512 } }),
      ),
    ).toBe(true)
  })
})
