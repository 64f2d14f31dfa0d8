// Judges the folder of each line it reads, `times` times, and answers with milliseconds and memory.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { verifyFolder } from '#lib/cli/verify/command.ts'

const memory = (name: string) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

console.log(JSON.stringify({ idle: memory('VmRSS') }))
for await (const line of createInterface({ input: process.stdin })) {
  const { dir, times } = JSON.parse(line)
  const start = process.hrtime.bigint()
  const before = process.cpuUsage()
  let verdict = ''
  for (let i = 0; i < times; i++) {
    verdict = verifyFolder({
      layout: join(dir, 'root.layout'),
      layoutKeys: [join(dir, 'layout-keys.json')],
      linkDir: join(dir, 'links'),
      at: Date.now(),
      params: null,
      intermediates: [],
      trustBundles: null,
      timeProofs: null,
      runInspections: null,
      profile: 'strict',
      json: true,
    }).verdict
  }
  const { user, system } = process.cpuUsage(before)
  const wall = Number(process.hrtime.bigint() - start) / 1e6 / times
  console.log(
    JSON.stringify({ allow: verdict === 'allow', cpu: (user + system) / 1000 / times, wall, peak: memory('VmHWM') }),
  )
}
