import { expect, test } from 'vitest'
import { itemAtLine, layoutText, placeOf, placesOf, readLayoutText } from './index.ts'

const text = layoutText(
  readLayoutText(`{"_type":"layout","expires":"2030-01-01T00:00:00Z","readme":"a \\"quoted\\" { brace",
  "steps":[{"name":"build","threshold":0,"expected_materials":[["DISALLOW","*"]]},{"name":"pack"}]}`),
)
const lineOf = (needle: string) => text.split('\n').findIndex((line) => line.includes(needle)) + 1

test('finds the lines of members, entries and of the nearest parent of what is missing', () => {
  const places = placesOf(text)
  expect(placeOf(places, 'expires')?.line).toBe(lineOf('expires'))
  expect(placeOf(places, 'steps[0].threshold')?.line).toBe(lineOf('threshold'))
  expect(placeOf(places, 'steps[0].expected_materials[0]')?.endLine).toBe(lineOf('"*"') + 1)
  expect(placeOf(places, 'steps[1].threshold')?.line).toBe(lineOf('pack') - 1)
  expect(placeOf(places, 'nowhere')).toBeNull()
})

test('finds the step of a line, and none where none is', () => {
  const places = placesOf(text)
  expect(itemAtLine(places, lineOf('pack'))).toEqual({ list: 'steps', index: 1 })
  expect(itemAtLine(places, lineOf('readme'))).toBeNull()
})
