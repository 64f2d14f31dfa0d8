import type { Fault } from '../fault.ts'

export const lateCommit: Fault = {
  number: 9,
  name: 'Archivista publishes what it dated earlier',
  short: true,
  inject: async ({ archivista, random }) => {
    archivista.add(6)
    await archivista.watch()
    const missing: string[] = []
    if (!(await archivista.caughtUp())) missing.push('the source was not read at all')
    for (let round = 0; round < 3; round++) {
      const minutes = random.between(0.5, 10)
      archivista.add(2, new Date(Date.now() - minutes * 60_000).toISOString())
      if (!(await archivista.caughtUp(30_000)))
        missing.push(`${minutes.toFixed(1)} minutes late: not found by the overlap`)
    }
    archivista.add(2, new Date(Date.now() - 5 * 3_600_000).toISOString())
    await archivista.night()
    if (!(await archivista.caughtUp())) missing.push('five hours late: not found by the nightly pass')
    return { injected: '6 within ten minutes, 2 five hours late', missing }
  },
}
