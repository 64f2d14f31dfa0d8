// The long run: node lib/testing/differential/golang/run.ts [--count=N] [--seed=N] [--keep=DIR]
import { compareCertified, findGolang } from './compare.ts'

const option = (name: string): string | null => {
  const found = process.argv.find((word) => word.startsWith(`--${name}=`))
  return found === undefined ? null : found.slice(name.length + 3)
}

const program = findGolang()
if (program === null) {
  console.error('in-toto-golang is not on PATH: go install github.com/in-toto/in-toto-golang@v0.11.0')
  process.exit(2)
}
const count = Number(option('count') ?? '1000')
const seed = Number(option('seed') ?? '1')
const tally = new Map<string, number>()
let differences = 0
for (let i = 0; i < count; i++) {
  const one = compareCertified(seed + i, program, null, option('keep'))
  const key = `${one.report.verdict} here, ${one.golang.allow ? 'allow' : 'deny'} there`
  tally.set(key, (tally.get(key) ?? 0) + 1)
  if (one.complaint === null) continue
  differences++
  const reasons = one.report.reasons.slice(0, 2).map(({ code, message }) => `${code}: ${message}`)
  console.log(
    `seed ${one.seed}: ${one.complaint} [${one.tamperings.map(({ name }) => name).join(' + ')}]\n  ours ${one.report.verdict} ${reasons.join(' | ')}\n  in-toto-golang ${one.golang.message}`,
  )
}
console.log(`${count} chains from seed ${seed}: ${differences} unexplained differences`)
for (const [key, number] of [...tally].sort()) console.log(`  ${key}: ${number}`)
process.exitCode = differences === 0 ? 0 : 1
