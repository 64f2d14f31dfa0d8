import { describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import { artifactOriginsSchema } from '#lib/contract/evidence.ts'
import { digestOf, type Files, linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { bringIn } from '../imports/bring-in.ts'
import { artifactOrigins } from './origins.ts'

useDatabase()

const ci = makeKey('ci')
const actor: Actor = systemActor('test')

async function bring(links: readonly { name: string; materials: Files; products: Files }[]): Promise<void> {
  const files = links.map((link, n) => ({ path: `${n}.link`, bytes: metablock(linkDocument(link), [ci]) }))
  await bringIn(actor, { via: 'cli', title: 'test', at: new Date(), files, delivery: { kind: 'loose' } })
}

async function origins(content: string, levels: number) {
  return artifactOriginsSchema.parse(await artifactOrigins(actor, `sha256:${digestOf(content)}`, levels))
}

describe('what a file came of', () => {
  test('level by level to the first maker, each envelope once', async () => {
    await bring(
      Array.from({ length: 8 }, (_, n) => ({
        name: `step-${n}`,
        materials: { in: `chain ${n}`, lib: 'everybody takes this' },
        products: { out: `chain ${n + 1}` },
      })),
    )
    const whole = await origins('chain 8', 20)
    expect(whole.levels.map((level) => level.map(({ step }) => step))).toEqual(
      [7, 6, 5, 4, 3, 2, 1, 0].map((n) => [`step-${n}`]),
    )
    expect(whole.truncated).toBe(false)
    expect(whole.levels[0]?.[0]).toMatchObject({
      made: [{ algo: 'sha256', digest: digestOf('chain 8'), path: 'out' }],
      took: [
        { algo: 'sha256', digest: digestOf('chain 7'), path: 'in' },
        { algo: 'sha256', digest: digestOf('everybody takes this'), path: 'lib' },
      ],
    })
    const six = await origins('chain 8', 6)
    expect(six.levels).toEqual(whole.levels.slice(0, 6))
    expect(six.truncated).toBe(true)
  })

  test('two makers meet again in one origin', async () => {
    await bring([
      { name: 'left', materials: { a: 'diamond source' }, products: { l: 'diamond left' } },
      { name: 'right', materials: { a: 'diamond source' }, products: { r: 'diamond right' } },
      { name: 'join', materials: { l: 'diamond left', r: 'diamond right' }, products: { o: 'diamond out' } },
      { name: 'fetch', materials: {}, products: { a: 'diamond source' } },
    ])
    const { levels, truncated } = await origins('diamond out', 6)
    const steps = levels.map((level) => level.map(({ step }) => step).sort())
    expect(steps).toEqual([['join'], ['left', 'right'], ['fetch']])
    expect(truncated).toBe(false)
  })

  test('files that are said to be made of one another end the walk', async () => {
    await bring([
      { name: 'there', materials: { x: 'ring a' }, products: { y: 'ring b' } },
      { name: 'back', materials: { y: 'ring b' }, products: { x: 'ring a' } },
    ])
    const { levels, truncated } = await origins('ring a', 20)
    expect(levels.map((level) => level.map(({ step }) => step))).toEqual([['back'], ['there']])
    expect(truncated).toBe(false)
  })

  test('of a file that very many list as made, the newest are followed, and that there are more is said', async () => {
    await bring(
      Array.from({ length: 25 }, (_, n) => ({
        name: `pack-${n}`,
        materials: {},
        products: { tool: 'hub', n: `hub ${n}` },
      })),
    )
    const { levels, truncated } = await origins('hub', 6)
    expect(levels.map((level) => level.length)).toEqual([20])
    expect(truncated).toBe(true)
  })

  test('what an envelope took beyond the limit is not shown, and said', async () => {
    const materials = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`m/${n}`, `wide ${n}`]))
    await bring([{ name: 'wide', materials, products: { out: 'wide out' } }])
    const { levels, truncated } = await origins('wide out', 6)
    expect(levels[0]?.[0]?.took).toHaveLength(200)
    expect(truncated).toBe(true)
  })

  test('a file that is only used has no origin; one that nobody lists is not found; what is no digest is told so', async () => {
    await bring([{ name: 'use', materials: { a: 'only used' }, products: {} }])
    expect(await origins('only used', 6)).toMatchObject({ levels: [], truncated: false })
    await expect(origins('never seen', 6)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(artifactOrigins(actor, 'sha256:12', 6)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })
})
