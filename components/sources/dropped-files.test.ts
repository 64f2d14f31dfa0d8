import { expect, test } from 'vitest'
import { titleOf } from './dropped-files.ts'

test('a folder names the import, several files are counted, a single one names itself', () => {
  expect(titleOf(['run-17/clone.link', 'run-17/sub/build.link'])).toBe('run-17')
  expect(titleOf(['clone.link', 'build.link'])).toBe('2 files')
  expect(titleOf(['a/x.link', 'ab/y.link'])).toBe('2 files')
  expect(titleOf(['metadata.zip'])).toBe('metadata.zip')
})
