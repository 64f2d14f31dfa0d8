// What a link is to a build, each condition by itself: stores that reach all of them would be hard to read.
import { describe, expect, test } from 'vitest'
import { utf8 } from '#lib/crypto/index.ts'
import { readDocument } from '../index.ts'
import type { FinalGroup } from './builds.ts'
import type { Evidence, SignedLink } from './evidence.ts'
import { type Delivery, SIGNED_RUN_MS } from './input.ts'
import { signedRuns } from './signed-runs.ts'
import { openDelivery } from './standing.ts'

/** Attempts `r`, `r again` and `r third` of one run, and another run `o`. */
const DELIVERIES = new Map(
  [
    ['r', 'r', 1],
    ['r again', 'r', 2],
    ['r third', 'r', 3],
    ['o', 'o', 1],
  ].map(([id, label, attempt]) => [String(id), delivery(String(id), String(label), Number(attempt))] as const),
)

function delivery(id: string, label: string, attempt: number): Delivery {
  return { id, kind: 'pushed', softwareId: 's', issuer: 'ci', label, attempt, openedAt: 0, closesAt: null }
}

const DOCUMENT = readDocument('a.link', utf8('{}'))

/** A link of `build`, new and held in attempt `r`, unless something else is said. */
function link(said: Partial<SignedLink> = {}): SignedLink {
  const freshIn = said.freshIn === undefined ? 'r' : said.freshIn
  return {
    step: 'build',
    identity: said.step ?? 'build',
    keyid: 'k',
    stored: { document: DOCUMENT, signedSha256: null, sightings: [] },
    signedSha256: `${said.step ?? 'build'} ${said.content ?? 'one'}`,
    content: 'one',
    record: { materials: new Map(), products: new Map() },
    sublayout: false,
    run: null,
    sightings: [],
    heldBy: new Set(freshIn === null ? [] : [freshIn]),
    firstSeen: 0,
    foreign: false,
    ...said,
    freshIn,
  }
}

function evidence(...links: readonly SignedLink[]): Evidence {
  const none = new Map()
  const byStep = Map.groupBy(links, ({ step }) => step)
  return { links: byStep, unusable: none, unproven: none, deliveries: DELIVERIES, runs: signedRuns(links) }
}

type Build = Pick<FinalGroup, 'step' | 'content' | 'deliveryId' | 'run'>
const BUILD: Build = { step: 'package', content: 'one', deliveryId: 'r', run: null }
const pack = (said: Partial<SignedLink> = {}) => link({ step: 'package', ...said })

/** What the last of the links is to a build; all of them are in the store. */
function standing(build: Partial<Build>, ...links: readonly SignedLink[]) {
  return openDelivery(evidence(...links), { ...BUILD, ...build }).standingOf(links.at(-1) ?? link())
}

describe('a build without a delivery and without a run', () => {
  const loose: Partial<Build> = { deliveryId: null }
  const seen = { freshIn: null }

  test('holds its final link, of that step and with those files, and nothing else', () => {
    expect(standing(loose, pack(seen))).toBe('fresh')
    expect(standing(loose, pack({ ...seen, content: 'two' }))).toBe('elsewhere')
    expect(standing(loose, link(seen))).toBe('elsewhere')
  })

  test('holds nothing of a sublayout, whatever its steps are called', () => {
    const inner = evidence(pack(seen))
    const { standingOf } = openDelivery(inner, { ...BUILD, ...loose }, evidence(pack(seen)))
    expect(standingOf(pack(seen))).toBe('elsewhere')
  })

  test('is not what a build is whose final link names a run: that holds what names the run, too', () => {
    const named = [pack({ ...seen, run: 'a' }), link({ ...seen, run: 'a' })]
    expect(standing({ ...loose, run: 'a' }, ...named)).toBe('fresh')
    expect(standing({ ...loose, run: 'a' }, pack({ ...seen, run: 'a' }), pack(seen))).toBe('elsewhere')
    expect(standing({ ...loose, run: 'a' }, pack({ ...seen, run: 'a' }), link({ ...seen, run: 'b' }))).toBe('elsewhere')
    expect(standing({ ...loose, run: 'a' }, pack({ ...seen, run: 'a' }), link(seen))).toBe('elsewhere')
  })
})

describe('a signed run brings together', () => {
  const late = { firstSeen: SIGNED_RUN_MS }
  /** Another functionary's, seen with the first of the run, so that the run is open when the final link comes too late. */
  const opens = link({ step: 'clone', freshIn: null, run: 'a' })
  const member = link({ freshIn: 'o', run: 'a' })

  test('what names it, wherever it came', () => {
    expect(standing({ run: 'a' }, pack({ run: 'a' }), opens, member)).toBe('fresh')
  })

  test('nothing, where the final link came a day after the run began', () => {
    expect(standing({ run: 'a' }, pack({ run: 'a', ...late }), opens, member)).toBe('elsewhere')
  })

  test('nothing, where another final link belongs to the run: other files, or of another run', () => {
    const others = pack({ run: 'a', content: 'two', identity: 'else', freshIn: 'o' })
    expect(standing({ run: 'a' }, pack({ run: 'a', ...late }), opens, others, member)).toBe('elsewhere')
    const twin = pack({ run: 'b', identity: 'else', freshIn: 'o' })
    expect(standing({ run: 'a' }, pack({ run: 'a', ...late }), opens, twin, member)).toBe('elsewhere')
  })

  test('not what came a day later, nor what another software pushed first', () => {
    expect(standing({ run: 'a' }, pack({ run: 'a' }), { ...member, ...late })).toBe('elsewhere')
    expect(standing({ run: 'a' }, pack({ run: 'a' }), { ...member, foreign: true })).toBe('elsewhere')
  })
})

describe('a link in the delivery', () => {
  test('is fresh where it is new, a copy where it was new before', () => {
    expect(standing({}, pack(), link())).toBe('fresh')
    expect(standing({}, pack(), link({ freshIn: null, heldBy: new Set(['r']) }))).toBe('copy')
    expect(standing({}, pack(), link({ freshIn: 'o', heldBy: new Set(['o', 'r']) }))).toBe('copy')
    expect(standing({}, pack(), link({ freshIn: 'o' }))).toBe('elsewhere')
  })

  test('is a copy where it names another run than the final link, and only then', () => {
    expect(standing({ run: 'a' }, pack({ run: 'a' }), link({ run: 'b' }))).toBe('copy')
    expect(standing({ run: null }, pack(), link({ run: 'b' }))).toBe('fresh')
    expect(standing({ run: 'a' }, pack({ run: 'a' }), link())).toBe('fresh')
  })

  test('is of this build where it names the run, although that tells no runs apart', () => {
    const twice = [link({ step: 'clone', run: 'a' }), link({ step: 'clone', run: 'a', content: 'two' })]
    expect(standing({ run: 'a' }, pack({ run: 'a' }), ...twice, link({ run: 'a' }))).toBe('fresh')
    // also where others name another run
    const other = link({ step: 'test', run: 'b' })
    expect(standing({ run: 'a' }, pack({ run: 'a' }), ...twice, other, link({ run: 'a' }))).toBe('fresh')
  })

  test('is unsure where the links of the delivery name several runs, and it none', () => {
    const b = link({ step: 'test', run: 'b' })
    expect(standing({ run: 'a' }, pack({ run: 'a' }), b, link())).toBe('unsure')
    expect(standing({ run: null }, pack(), link({ step: 'clone', run: 'a' }), b, link())).toBe('unsure')
    expect(standing({ run: null }, pack(), link({ step: 'clone', run: 'a' }), link({ run: 'b' }))).toBe('unsure')
    expect(standing({ run: null }, pack(), b, link())).toBe('fresh')
  })

  test("is unsure, too, where the final link's run is one that no link that counts names", () => {
    expect(standing({ run: 'a' }, link({ step: 'test', run: 'b' }), link())).toBe('unsure')
    expect(standing({ run: 'a' }, link())).toBe('fresh')
  })

  test('is not unsure for what copies name, or what came elsewhere, or in a folder under the name of another', () => {
    const named = { step: 'test', run: 'b' }
    const copy = link({ ...named, freshIn: 'o', heldBy: new Set(['o', 'r']) })
    expect(standing({ run: 'a' }, pack({ run: 'a' }), copy, link())).toBe('fresh')
    expect(standing({ run: 'a' }, pack({ run: 'a' }), link({ ...named, freshIn: 'o' }), link())).toBe('fresh')
    const misnamed = link({ ...named, heldBy: new Set() })
    expect(standing({ run: 'a' }, pack({ run: 'a' }), misnamed, link())).toBe('fresh')
  })

  test('of a sublayout is unsure where the outer links name several runs', () => {
    const outer = evidence(pack({ run: 'a' }), link({ step: 'test', run: 'b' }))
    const { standingOf } = openDelivery(evidence(link()), { ...BUILD, run: 'a' }, outer)
    expect(standingOf(link())).toBe('unsure')
  })
})

describe('a later attempt', () => {
  const second: Partial<Build> = { deliveryId: 'r again' }
  const again = { freshIn: 'r again' }

  test('replaces what its signer recorded before of that step, and nobody else', () => {
    expect(standing(second, pack(again), link({ ...again, content: 'two' }), link())).toBe('replaced')
    expect(standing(second, pack(again), link({ ...again, identity: 'else' }), link())).toBe('fresh')
    expect(standing(second, pack(again), link({ ...again, step: 'test', identity: 'build' }), link())).toBe('fresh')
  })

  test('makes what came before unsure, where it recorded other files of any step', () => {
    const clones = [link({ step: 'clone' }), link({ step: 'clone', ...again, content: 'two' })]
    expect(standing(second, pack(again), ...clones, link())).toBe('unsure')
    expect(standing(second, pack(again), ...clones, link(again))).toBe('fresh')
  })

  test('makes nothing unsure where it recorded the same files again, or a step for the first time', () => {
    const same = [link({ step: 'clone' }), link({ step: 'clone', ...again, signedSha256: 'signed again' })]
    expect(standing(second, pack(again), ...same, link())).toBe('fresh')
    const two = [
      link({ step: 'clone', ...again }),
      link({ step: 'clone', ...again, content: 'two', identity: 'another' }),
    ]
    expect(standing(second, pack(again), ...two, link())).toBe('fresh')
  })

  test('is nothing to a build of an earlier one', () => {
    const clones = [link({ step: 'clone' }), link({ step: 'clone', ...again, content: 'two' })]
    expect(standing({}, pack(), ...clones, link())).toBe('fresh')
    expect(standing({}, pack(), ...clones, link(again))).toBe('elsewhere')
  })

  test('makes what came before in a sublayout unsure, too', () => {
    const outer = evidence(pack(again), link({ step: 'clone' }), link({ step: 'clone', ...again, content: 'two' }))
    const { standingOf } = openDelivery(evidence(link()), { ...BUILD, ...second }, outer)
    expect(standingOf(link())).toBe('unsure')
    // what was recorded again outside replaces nothing that only has its name inside
    const named = openDelivery(
      evidence(link()),
      { ...BUILD, ...second },
      evidence(pack(again), link({ ...again, content: 'one' })),
    )
    expect(named.standingOf(link())).toBe('fresh')
  })

  test('of three: unsure is what was recorded before the last change', () => {
    const clones = [
      link({ step: 'clone' }),
      link({ step: 'clone', freshIn: 'r third', content: 'two', identity: 'another' }),
    ]
    const third: Partial<Build> = { deliveryId: 'r third' }
    expect(standing(third, pack({ freshIn: 'r third' }), ...clones, link(again))).toBe('unsure')
    expect(standing(third, pack({ freshIn: 'r third' }), ...clones, link({ freshIn: 'r third' }))).toBe('fresh')
  })

  test('whether a copy came in one after what the run had recorded', () => {
    const own = openDelivery(evidence(pack(again)), { ...BUILD, ...second })
    const copy = (...held: readonly string[]) => link({ freshIn: 'o', heldBy: new Set(['o', ...held]) })
    expect(own.cameLater(copy('r again'), link())).toBe(true)
    expect(own.cameLater(copy('r'), link())).toBe(false)
    expect(own.cameLater(copy('r again'), link(again))).toBe(false)
    expect(own.cameLater(copy('r', 'r again'), link())).toBe(true)
    expect(own.cameLater(copy('r again'), link({ freshIn: null }))).toBe(false)
  })
})
