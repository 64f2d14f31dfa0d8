import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { setOutJson } from './set-out-json.ts'

describe('JSON in lines', () => {
  test('every token stays as it is written', () => {
    const text = '{"a":1.0e5,"a":[true,"x\\u0041,{"],"b":{}}'
    expect(setOutJson(text, 1_000)).toEqual({
      text: '{\n  "a": 1.0e5,\n  "a": [\n    true,\n    "x\\u0041,{"\n  ],\n  "b": {\n    \n  }\n}',
      cut: false,
    })
  })

  test('nothing but spaces and line ends is added or lost, whatever the text is', () => {
    const bare = (text: string) => text.replace(/\s/g, '')
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(bare(setOutJson(text, 1_000_000).text)).toBe(bare(text))
      }),
    )
  })

  test('it is cut where it is told, and says so', () => {
    const long = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => n))
    const { text, cut } = setOutJson(long, 100)
    expect([text.length, cut]).toEqual([100, true])
    expect(setOutJson('"abc"', 5)).toEqual({ text: '"abc"', cut: false })
    expect(setOutJson(`"${'x'.repeat(50)}"`, 10)).toMatchObject({ cut: true })
    expect(setOutJson('{\n"a":1}', 4)).toEqual({ text: '{\n"a', cut: true })
    expect(setOutJson(']'.repeat(100), 1_000).text.replace(/\s/g, '')).toBe(']'.repeat(100))
  })
})
