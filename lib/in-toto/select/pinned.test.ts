import { expect, test } from 'vitest'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import { addRun, LAYOUT, links, owner, STEPS, signer } from '#lib/testing/five-steps.ts'

const nowhere = 'a'.repeat(64)
const pinned = { sublayouts: new Map([['build', nowhere]]) }

test('a link of another run does not stand for a pinned sublayout, however well it fits', () => {
  const store = new EvidenceStore(LAYOUT, owner)
  addRun(store, 'r0', 0)
  // the same files as in r0, with everything but the build recorded anew
  store.run({ id: 'r1', openedAt: 500 })
  for (const step of STEPS) {
    if (step !== 'build') store.bring('r1', 500, { ...links('r0')[step], stdout: 'r1' }, signer[step])
  }
  const found = (id: string) => {
    const { verdict, reasons, steps } = store.verdict(id, 10_000, pinned)
    return { verdict, reason: reasons[0], counted: steps.find(({ name }) => name === 'build')?.counted }
  }
  const absent = found('r1')
  expect(absent).toMatchObject({ verdict: 'cannot-tell', counted: [], reason: { code: 'STEP_UNBOUND', step: 'build' } })
  expect(absent.reason?.message).toContain(`sha256 ${nowhere}, and no such document`)
  const other = found('r0')
  expect(other).toMatchObject({ verdict: 'cannot-tell', counted: [], reason: { code: 'STEP_UNBOUND', step: 'build' } })
  expect(other.reason?.message).toContain(`holds something else for it: build.${signer.build.keyid.slice(0, 8)}.link.`)
})
