import { describe, expect, test } from 'vitest'
import { formOf, formText, namelessMark, parseForm, type StepForm } from './step-form.ts'

const FORMS: readonly [string, StepForm][] = [
  ['link', { form: 'link' }],
  ['link-statement', { form: 'link-statement' }],
  ['witness-collection', { form: 'witness-collection' }],
  ['test-result', { form: 'test-result' }],
  [
    'slsa-provenance https://ci.example/builder https://ci.example/type@v1',
    { form: 'slsa-provenance', builder: 'https://ci.example/builder', buildType: 'https://ci.example/type@v1' },
  ],
  [
    'vsa https://verifier.example https://policy.example/release',
    { form: 'vsa', verifier: 'https://verifier.example', policy: 'https://policy.example/release', level: null },
  ],
  ['vsa v p SLSA_BUILD_LEVEL_2', { form: 'vsa', verifier: 'v', policy: 'p', level: 'SLSA_BUILD_LEVEL_2' }],
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
    'vsa',
    'vsa v',
    'vsa v p l more',
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

test('what one document could serve: steps that name none, of the same builder, or of the same verifier and policy', () => {
  const marks = FORMS.map(([, form]) => namelessMark(form))
  expect(marks.slice(0, 3)).toEqual([null, null, null])
  expect(marks[3]).toBe('test-result')
  expect(marks[4]).toBe(FORMS[4]?.[0])
  // whoever reaches a level reaches those below, so the level does not tell two steps apart
  const [low, high, none] = ['vsa v p SLSA_BUILD_LEVEL_1', 'vsa v p SLSA_BUILD_LEVEL_3', 'vsa v p'].map((text) => {
    const form = parseForm(text)
    return form === null ? null : namelessMark(form)
  })
  expect([low, high]).toEqual([none, none])
  expect(namelessMark({ form: 'vsa', verifier: 'v', policy: 'other', level: null })).not.toBe(none)
})
