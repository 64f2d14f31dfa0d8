import { expect, test } from 'vitest'
import { abnormalName, isNormalName } from './artifact-names.ts'

test.each([
  'a',
  'a/b',
  'a.b',
  '..a/b..',
  '...',
  '/abs/path',
  'https://example.org/a',
  'git+https://example.org/a',
  'file:a/b',
  'oci:registry/app',
  'a:b',
  'with blank',
  '-',
])('%j is the only way to write it', (name) => {
  expect(isNormalName(name)).toBe(true)
})

test.each([
  '',
  '.',
  '..',
  './a',
  '../a',
  'a/.',
  'a/..',
  'a/./b',
  'a/../b',
  'a//b',
  '//a',
  'a/',
  '/',
  '/a/',
  'a\\b',
  '\\a',
  'https://example.org/../a',
  'https://example.org//a',
  'https://example.org/',
  'file:./a',
  'file:../a',
  'git+https:////a',
  'x y://a/b',
  '1a://b',
])('%j can be written differently', (name) => {
  expect(isNormalName(name)).toBe(false)
})

const files = (...names: string[]) => new Map(names.map((name) => [name, {}]))

test('the first name of either list is told, whatever was looked through before', () => {
  const good = files('a', 'b')
  expect(abnormalName({ materials: good, products: files('c') })).toBeNull()
  expect(abnormalName({ materials: good, products: files('c', './d', './e') })).toEqual({
    list: 'products',
    artifact: './d',
  })
  const bad = files('./x')
  for (const _ of [1, 2]) {
    expect(abnormalName({ materials: bad, products: good })).toEqual({ list: 'materials', artifact: './x' })
  }
})
