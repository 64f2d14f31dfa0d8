import { expect, test } from 'vitest'
import { inBatches } from './in-batches.ts'

test('those who ask while a question is under way are answered by the next one, together', async () => {
  const asked: (readonly string[])[] = []
  const gates: (() => void)[] = []
  const ask = inBatches(async (keys) => {
    asked.push(keys)
    await new Promise<void>((go) => gates.push(go))
    return new Map(keys.map((key) => [key, `${key} ${asked.length}`]))
  })
  const first = ask('a')
  const others = [ask('a'), ask('b'), ask('a')]
  gates.shift()?.()
  expect(await first).toBe('a 1')
  gates.shift()?.()
  expect(await Promise.all(others)).toEqual(['a 2', 'b 2', 'a 2'])
  expect(asked).toEqual([['a'], ['a', 'b']])
})

test('what fails is told to those who asked with it, and the next question is asked', async () => {
  let fails = true
  const ask = inBatches((keys) =>
    fails
      ? Promise.reject(new Error('away'))
      : Promise.resolve(new Map(keys.flatMap((key) => (key === 'a' ? [[key, 1] as const] : [])))),
  )
  await expect(ask('a')).rejects.toThrow('away')
  fails = false
  expect(await ask('a')).toBe(1)
  expect(await ask('b')).toBeUndefined()
})
