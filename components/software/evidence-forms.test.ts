import { expect, test } from 'vitest'
import { wholeForms } from './evidence-forms.tsx'

test('forms are sent where they are whole and their steps are there', () => {
  const steps = ['build', 'test']
  expect(wholeForms({ build: 'witness-collection', test: 'link' }, steps)).toEqual({ build: 'witness-collection' })
  expect(wholeForms({ gone: 'witness-collection' }, steps)).toEqual({})
  expect(wholeForms({ 'build/inner': 'test-result' }, steps)).toEqual({ 'build/inner': 'test-result' })
  expect(wholeForms({ build: 'slsa-provenance https://b ' }, steps)).toBe(null)
  expect(wholeForms({ build: 'slsa-provenance https://b t' }, steps)).toEqual({ build: 'slsa-provenance https://b t' })
  for (const form of [
    'vsa  ',
    'vsa v ',
    'vsa  p',
    'vsa  p SLSA_BUILD_LEVEL_2',
    'vsa v  SLSA_BUILD_LEVEL_2',
    'vsa v p l m',
  ]) {
    expect(wholeForms({ build: form }, steps)).toBe(null)
  }
  expect(wholeForms({ build: 'vsa v p' }, steps)).toEqual({ build: 'vsa v p' })
  expect(wholeForms({ build: 'vsa v p SLSA_BUILD_LEVEL_2' }, steps)).toEqual({ build: 'vsa v p SLSA_BUILD_LEVEL_2' })
})
