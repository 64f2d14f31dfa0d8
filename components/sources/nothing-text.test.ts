import { expect, test } from 'vitest'
import type { SourceRow } from '#lib/contract/sources.ts'
import { nothingText } from './nothing-text.ts'

const none = { taken: 0, known: 0, quarantined: 0, refused: 0, listed: 0, skipped: 0, failed: 0, vanished: 0 }
const source = (state: SourceRow['state'], total: number, waiting = 0) => ({
  state,
  entries: { ...none, taken: total - waiting, waiting, total },
})

test('that all came in is said only of a source that was listed whole and answers', () => {
  expect(nothingText('problems', source('up-to-date', 3))).toBe('Everything that lies there came in.')
  for (const state of ['failing', 'paused', 'behind', 'syncing', 'new'] as const)
    expect(nothingText('problems', source(state, 3))).toBe('Everything that was listed so far came in.')
  expect(nothingText('problems', source('behind', 3, 1))).toBe('Nothing has failed to come in so far.')
})

test('an empty place is told from one that was never listed', () => {
  expect(nothingText('problems', source('up-to-date', 0))).toBe('Nothing lies there that Waybill reads.')
  for (const show of ['problems', 'all', 'vanished'] as const)
    expect(nothingText(show, source('failing', 0))).toBe('Nothing was listed yet.')
})

test('what disappeared since nobody could look is not denied', () => {
  expect(nothingText('vanished', source('up-to-date', 3))).toBe('Nothing that was there has disappeared.')
  expect(nothingText('vanished', source('failing', 3))).toBe('Nothing had disappeared when it was last listed.')
})
