import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import type { Ailment } from '../stand/bad-network.ts'

const ailments: readonly Ailment[] = ['refuses', 'resets', 'truncates', 'flips', 'swallows', 'crawls']

export const archivistaCut: Fault = {
  number: 6,
  name: 'Archivista refuses, breaks off, lies',
  short: false,
  inject: async ({ archivista }) => {
    archivista.add(5)
    await archivista.watch()
    const missing: string[] = []
    if (!(await archivista.caughtUp())) missing.push('the source was not read while it was well')
    for (const ailment of ailments) {
      const before = await archivista.row()
      const stored = await archivista.stored()
      archivista.proxy.become(ailment)
      archivista.add(4)
      await archivista.lookAgain()
      await sleep(4_000)
      const after = await archivista.row()
      // a flipped byte may lie in a part of the list that says nothing; what is stored is checked in any case
      if (JSON.stringify(after.followCursor) !== JSON.stringify(before.followCursor) && ailment !== 'flips')
        missing.push(`${ailment}: the cursor moved`)
      if ((await archivista.stored()) > stored && ailment !== 'flips') missing.push(`${ailment}: something was stored`)
      if (after.errorMessage === null && (ailment === 'refuses' || ailment === 'resets'))
        missing.push(`${ailment}: nothing says so`)
      archivista.proxy.become('none')
      if (!(await archivista.caughtUp(120_000))) missing.push(`${ailment}: not caught up within two minutes`)
    }
    return { injected: `${ailments.join(', ')}; 4 s each`, missing }
  },
}
