import { describe, expect, test } from 'vitest'
import { addInspection, connect, viewDraft } from '#lib/layout-draft/index.ts'
import { layoutDocument } from '#lib/testing/authority/documents.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { copiedText, pasted } from './clipboard.ts'
import { arrangeRequest, edgesOf, linesOf, neighbour, nodesOf } from './flow.ts'
import { commandText, commandWords } from './inspector.tsx'

const ci = makeKey('ci').key
const document = layoutDocument({
  expires: new Date('2030-01-01T00:00:00Z'),
  steps: [
    {
      name: 'package',
      keys: [ci],
      materials: ['MATCH a WITH PRODUCTS FROM build', 'MATCH b IN x WITH PRODUCTS IN y FROM build'],
    },
    { name: 'build', keys: [ci], products: ['CREATE *', 'MATCH c WITH MATERIALS FROM package'] },
  ],
  inspections: [{ name: 'unpack', run: ['tar', 'xf', 'a b.tar'], materials: ['MATCH * WITH PRODUCTS FROM package'] }],
})
const view = viewDraft(document)
const lines = linesOf(view, null)
const places = { arrangement: undefined, positions: {}, readOnly: false }

describe('the drawing', () => {
  test('has one line for each pair of items, with all their rules on it, along the way that files go', () => {
    expect(lines.map(({ source, target, rules }) => [source.name, target.name, rules.map(({ text }) => text)])).toEqual(
      [
        ['build', 'package', ['a', 'x ← y/b', 'c']],
        ['package', 'unpack', ['*']],
      ],
    )
  })

  test('has its nodes in the order in which files flow, whatever the order in the document', () => {
    expect(nodesOf(view, [], null, places).map(({ id }) => id)).toEqual(['build', 'package', 'unpack'])
  })

  test('follows a route only while neither end was moved by hand, and only one that leads from node to node', () => {
    const nodes = { build: { x: 0, y: 0 }, package: { x: 300, y: 0 }, unpack: { x: 600, y: 0 } }
    const route = (from: number, to: number) => ({
      points: [
        { x: from, y: 50 },
        { x: to, y: 50 },
      ],
      labelAt: null,
    })
    const [first = '', second = ''] = lines.map(({ id }) => id)
    const routesOf = (edges: Record<string, ReturnType<typeof route>>, positions = {}) =>
      edgesOf(lines, { nodes, edges, width: 9, height: 9 }, positions, null).map(({ data }) => data?.route != null)
    const good = { [first]: route(216, 300), [second]: route(516, 600) }
    expect(routesOf(good)).toEqual([true, true])
    expect(routesOf(good, { build: { x: 5, y: 5 } })).toEqual([false, true])
    expect(routesOf({ ...good, [second]: route(516, 580) })).toEqual([true, false])
  })

  test('asks for the same arrangement for the same document, whatever was selected', () => {
    expect(arrangeRequest(viewDraft(document), linesOf(viewDraft(document), null))).toEqual(arrangeRequest(view, lines))
  })

  test('leads along a line both ways', () => {
    expect(neighbour(lines, 'package', 'on')).toBe('unpack')
    expect(neighbour(lines, 'package', 'back')).toBe('build')
    expect(neighbour(lines, 'build', 'back')).toBeNull()
  })

  test('counts what rules took from a sample run and marks what was missed', () => {
    const digest = { sha256: 'aa' }
    const recorded = { materials: new Map([['a', digest]]), products: new Map() }
    const links = new Map([
      ['package', recorded],
      ['build', { materials: new Map(), products: new Map([['a', { sha256: 'bb' }]]) }],
    ])
    return import('#lib/layout-draft/index.ts').then(({ previewDraft }) => {
      const [line] = linesOf(view, previewDraft(view, links))
      expect(line?.rules[0]).toMatchObject({ took: 0, missed: true })
    })
  })
})

test('a copied step pastes with a free name, also into another layout; other text pastes nothing', () => {
  const [step] = view.items
  if (step === undefined) throw new Error('no step')
  const text = copiedText(document, step)
  const result = pasted(document, text)
  expect(result?.name).toBe('package-2')
  expect(viewDraft(result?.document ?? document).items.map(({ name }) => name)).toContain('package-2')
  expect(pasted(document, 'hello')).toBeNull()
  expect(pasted(document, '{"_type":"link"}')).toBeNull()
})

test('commands survive the way to text and back', () => {
  const words = ['sh', '-c', 'echo "a b" > \'c\'', '', 'x\\y']
  expect(commandWords(commandText(words))).toEqual(words)
  expect(commandWords("tar cf 'my file' x")).toEqual(['tar', 'cf', 'my file', 'x'])
})

test('a line can be drawn to an inspection too', () => {
  const withInspection = addInspection(document, 'look')
  const to = { list: 'inspect', index: 1 } as const
  const made = connect(withInspection, { to, side: 'materials', from: 'build', fromSide: 'products' })
  expect(linesOf(viewDraft(made.document), null)).toHaveLength(3)
})
