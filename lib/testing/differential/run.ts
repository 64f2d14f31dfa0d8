// The long differential run: node lib/testing/differential/run.ts [--count=N] [--seed=N] [--python=PATH] [--dsse] [--keep=DIR]
import { compareOne, Reference } from './compare.ts'

const option = (name: string): string | null => {
  const found = process.argv.find((word) => word.startsWith(`--${name}=`))
  return found === undefined ? null : found.slice(name.length + 3)
}

const count = Number(option('count') ?? '2000')
const seed = Number(option('seed') ?? '1')
const python = option('python') ?? '/usr/bin/python3'
const reference = await Reference.start(python)
if (reference === null) {
  console.error(
    `${python} has no in-toto; install Debian's package in-toto, or name another Python with --python=PATH.`,
  )
  process.exit(2)
}
const tally = new Map<string, number>()
let differences = 0
for (let i = 0; i < count; i++) {
  const one = await compareOne(seed + i, reference, process.argv.includes('--dsse'), option('keep'))
  const key = `${one.report.verdict} here, ${one.python.allow ? 'allow' : 'deny'} there`
  tally.set(key, (tally.get(key) ?? 0) + 1)
  if (one.complaint === null) continue
  differences++
  const names = one.tamperings.map(({ name }) => name).join(' + ')
  const reasons = one.report.reasons.slice(0, 2).map(({ code, message }) => `${code}: ${message}`)
  console.log(
    `seed ${one.seed}: ${one.complaint} [${names}]\n  ours ${one.report.verdict}, stated ${one.report.referenceVerdict} ${reasons.join(' | ')}\n  in-toto ${JSON.stringify(one.python)}`,
  )
}
reference.stop()
console.log(`in-toto ${reference.version}, ${count} chains from seed ${seed}: ${differences} differences`)
for (const [key, number] of [...tally].sort()) console.log(`  ${key}: ${number}`)
process.exitCode = differences === 0 ? 0 : 1
