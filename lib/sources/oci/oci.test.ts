import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { connectorContract } from '#lib/testing/sources/connector-contract.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { FakeRegistry } from '#lib/testing/sources/registry/fake-registry.ts'
import { connectTo, worldOf } from '#lib/testing/sources/registry/oci-world.ts'
import {
  type RealRegistry,
  type RealRegistryName,
  startRegistry,
} from '#lib/testing/sources/registry/real-registries.ts'

const open: FakeRegistry[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

for (const referrers of [true, false]) {
  connectorContract(`the fake OCI registry ${referrers ? 'with' : 'without'} referrers API`, async () => {
    const fake = await FakeRegistry.start({ referrers, pageSize: 3 })
    open.push(fake)
    return worldOf(fake.server.origin, 'team/app', referrers)
  })
}

/** Each test has a repository of its own. */
function realContract(name: RealRegistryName, referrers: boolean): void {
  if (!isOnPath(name)) {
    describe(`${name}, as every source`, () => test.skip(`needs ${name} on PATH`, () => undefined))
    return
  }
  let started: Promise<RealRegistry> | null = null
  let count = 0
  afterAll(async () => (await started)?.close())
  connectorContract(name, async () => {
    started ??= startRegistry(name)
    const { origin } = await started
    return worldOf(origin, `team/app-${count++}`, referrers)
  })
  test(`${name} ${referrers ? 'lists' : 'does not list'} referrers, and the test of the connection says so`, async () => {
    started ??= startRegistry(name)
    const { origin } = await started
    const world = worldOf(origin, 'team/probed', referrers)
    await world.put('one', world.document(1))
    const probe = await connectTo(origin, ['team/probed', 'team/nothing']).probe(new AbortController().signal)
    expect(probe).toMatchObject({ reached: true, what: 'OCI registry', version: 'API registry/2.0' })
    const notes = probe.reached ? probe.notes.join('\n') : ''
    expect(notes).toMatch(referrers ? /It has the referrers API/ : /no referrers API/)
    expect(notes).toMatch(/team\/probed: \d tags?\./)
    expect(notes).toMatch(/team\/nothing: not there yet/)
  })
}

realContract('docker-registry', false)
realContract('zot', true)
