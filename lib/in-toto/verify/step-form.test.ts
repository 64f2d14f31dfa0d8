import { describe, expect, test } from 'vitest'
import { formOf, formText, parseForm, type StepForm } from './step-form.ts'

const FORMS: readonly [string, StepForm][] = [
  ['link', { form: 'link' }],
  ['link-statement', { form: 'link-statement' }],
  ['witness-collection', { form: 'witness-collection' }],
  ['test-result', { form: 'test-result' }],
  [
    'slsa-provenance https://ci.example/builder https://ci.example/type@v1',
    { form: 'slsa-provenance', builder: 'https://ci.example/builder', buildType: 'https://ci.example/type@v1' },
  ],
]

describe('the form of evidence, as people write it', () => {
  test.each(FORMS)('%s', (text, form) => {
    expect(parseForm(text)).toEqual(form)
    expect(parseForm(`  ${text.replaceAll(' ', ' \t ')} `)).toEqual(form)
    expect(formText(form)).toBe(text)
  })

  test.each([
    '',
    'links',
    'Link',
    'link extra',
    'test-result of-what',
    'slsa-provenance',
    'slsa-provenance https://ci.example/builder',
    'slsa-provenance a b c',
    'link-statement a b c',
  ])('%j is none', (text) => {
    expect(parseForm(text)).toBeNull()
  })
})

test('a step without a form takes links; that of a sublayout is named with the steps that lead there', () => {
  const forms = new Map<string, StepForm>([
    ['build', { form: 'test-result' }],
    ['outer/inner/build', { form: 'witness-collection' }],
  ])
  expect(formOf('build', [], forms)).toEqual({ form: 'test-result' })
  expect(formOf('build', ['outer', 'inner'], forms)).toEqual({ form: 'witness-collection' })
  expect(formOf('build', ['outer'], forms)).toEqual({ form: 'link' })
  expect(formOf('test', [], forms)).toEqual({ form: 'link' })
})
