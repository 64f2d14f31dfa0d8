import { expect, test } from 'vitest'
import type { ArtifactOrigins } from '#lib/contract/evidence.ts'
import { makersOf, unmadeOf } from './makers.ts'

const file = (name: string) => ({ algo: 'sha256', digest: `digest of ${name}`, path: name })
const entry = (envelope: string, step: string | null, made: readonly string[], took: readonly string[]) => ({
  envelope,
  step,
  seenAt: '2026-11-23T09:00:00.000Z',
  made: made.map(file),
  took: took.map(file),
})
const levels: ArtifactOrigins['levels'] = [
  [entry('vsa', null, ['image'], []), entry('a', 'package', ['image'], ['server.js', 'base', 'lib'])],
  [entry('b', 'build', ['server.js'], ['main.ts', 'lib']), entry('p', null, ['base'], ['base source'])],
  [entry('c', 'clone', ['main.ts'], [])],
]

test('who only speaks of a file made nothing of it; a step that takes nothing did', () => {
  expect(makersOf({ levels }).map(({ envelope, level }) => [envelope, level])).toEqual([
    ['a', 1],
    ['b', 2],
    ['p', 2],
    ['c', 3],
  ])
  expect(makersOf({ levels: [] })).toEqual([])
})

test('the trail ends at files that nothing made, each named once', () => {
  expect(unmadeOf({ levels }).map(({ path }) => path)).toEqual(['lib', 'base source'])
  // a verification of the file that was used is no maker of it either
  const spoken = [...levels, [entry('vsa 2', null, ['lib'], [])]]
  expect(unmadeOf({ levels: spoken }).map(({ path }) => path)).toEqual(['lib', 'base source'])
})
