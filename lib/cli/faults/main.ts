// npm run faults: injects faults into a Waybill of real processes and checks that nothing was lost.
import { parseArgs } from 'node:util'
import { allFaults } from './all-faults.ts'
import { printResult, printTable } from './report.ts'
import { runFaults } from './run-faults.ts'
import { Stand } from './stand/stand.ts'

const usage = `npm run faults [-- OPTIONS]
  --only N,N...    only the faults of these numbers
  --kills N        how often the worker is killed (200); other faults follow in proportion
  --seed N         of the moments at which things are killed (1)
  --web next|routes  the web server as npm start runs it, or the routes alone; next where the pages are built
                   from the sources that lie here
  --keep           leaves the folders of each run in the temporary folder
  --list           says what there is
Ends with 1 where an invariant was violated or a fault could not be shown.`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    web: { type: 'string' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  console.log(usage)
} else if (values.list) {
  for (const { number, name } of allFaults) console.log(`${String(number).padStart(3)}  ${name}`)
} else if (values.web === 'next' && !Stand.isBuilt()) {
  console.error(
    'The pages are not built from the sources that lie here. Run npm start once, which builds them, then again.',
  )
  process.exitCode = 64
} else {
  const only = values.only?.split(',').map(Number)
  const isRoot = process.getuid?.() === 0
  const wanted = allFaults.filter(({ number }) => only?.includes(number) ?? true)
  const faults = wanted.filter(({ needsRoot = false }) => isRoot || !needsRoot)
  for (const { number, name } of wanted.filter((fault) => !faults.includes(fault)))
    console.log(`left out, because it needs to be root: ${number} ${name}`)
  const web = values.web === 'routes' || !Stand.isBuilt() ? 'routes' : 'next'
  console.log(`web server: ${web === 'next' ? 'as npm start runs it' : 'the routes alone, without Next'}`)
  const { kills, seed, keep } = values
  const options = { kills: Number(kills), seed: Number(seed), web, keep } as const
  const results = await runFaults(faults, options, { say: (text) => console.log(`     ${text}`), done: printResult })
  printTable(results)
  if (results.some(({ violations, missing }) => violations.length + missing.length > 0)) process.exitCode = 1
}
