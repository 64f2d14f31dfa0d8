import { expect, test } from 'vitest'
import { jsonObject } from '#lib/crypto/index.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { bindingChoices } from './binding-choices.ts'

const { key } = makeKey('ci')
const document = layoutDocument({
  expires: new Date('2031-01-01T00:00:00Z'),
  steps: [
    { name: 'clone', keys: [key], products: ['CREATE {repo}/*'] },
    { name: 'build', keys: [key], materials: ['MATCH * WITH PRODUCTS FROM clone'], command: ['make', '{target}'] },
    { name: 'package', keys: [key] },
  ],
})

test('what is asked are the parameters that the layout uses and the steps that may be shared', () => {
  expect(bindingChoices(document, [])).toEqual({
    parameters: ['repo', 'target'],
    all: ['clone', 'build', 'package'],
    steps: [
      { name: 'clone', isSource: true },
      { name: 'build', isSource: false },
    ],
  })
  const { steps } = bindingChoices(document, [{ step: 'build' }])
  expect(steps.map(({ name }) => name)).toEqual(['clone', 'package'])
})

test('a document that is no layout asks for nothing', () => {
  expect(bindingChoices(jsonObject({ _type: 'layout' }), [])).toEqual({ parameters: [], all: [], steps: [] })
})
