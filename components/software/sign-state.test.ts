import { expect, test } from 'vitest'
import { signState } from './sign-state.ts'

const key = (name: string) => ({ fingerprint: name, name })

test('signatures are counted against the owner keys, not among themselves', () => {
  const version = { signedBy: [key('ines'), key('stranger')], missing: [key('kofi')] }
  expect(signState(version, 2)).toEqual({ text: '1 of 2', waiting: 'waiting for kofi' })
})

test('without owner keys nothing is complete, however many signed', () => {
  expect(signState({ signedBy: [key('a'), key('b')], missing: [] }, 0).waiting).toBe('no owner keys are set')
})

test('a long list of names is cut', () => {
  const missing = ['a', 'b', 'c', 'd', 'e'].map(key)
  expect(signState({ signedBy: [], missing }, 5)).toEqual({ text: '0 of 5', waiting: 'waiting for a, b, c, 2 more' })
})
