import type { Posture } from '#lib/contract/posture.ts'

type Numbers = Pick<Posture, 'software' | 'now' | 'builds'>

/** `1 build is`, `2 builds are` */
function some(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** What is wrong now, worst first; at most three things, each a number with a list behind it. */
export function headlineOf({ software, now }: Numbers, expiring: Posture['expiring'], elsewhere = 0): string {
  if (software.total === 0) return 'No software is set up yet'
  const soon = expiring.filter(({ kind, days }) => kind === 'layout' && days >= 0 && days <= 14).length
  const wrong = [
    ...ofSoftware([
      { count: now.blocked, one: 'is blocked', many: 'are blocked' },
      { count: now.expired, one: 'is blocked by an expiry', many: 'are blocked by an expiry' },
      { count: now.notVerified, one: 'is not verified', many: 'are not verified' },
      { count: software.uncovered, one: 'has no enforceable layout', many: 'have no enforceable layout' },
    ]),
    ...(elsewhere > 0 ? [some(elsewhere, 'artifact failed elsewhere', 'artifacts failed elsewhere')] : []),
    ...(soon > 0 ? [some(soon, 'layout expires within 14 days', 'layouts expire within 14 days')] : []),
  ]
  if (wrong.length > 0) return join(wrong.slice(0, 3))
  if (now.none === software.total) return 'All software has a layout in force, and no build has been judged yet'
  if (software.total === 1) return 'The only piece of software verifies'
  return now.none > 0
    ? `Every latest build verifies; ${some(now.none, 'piece of software has none', 'pieces of software have none')} yet`
    : `All ${software.total} pieces of software verify`
}

export function sublineOf({ software, builds }: Numbers): string {
  if (software.total === 0) return 'Look at the demo, bring in metadata, or draw a layout.'
  const covered = `${software.covered} of ${some(software.total, 'piece', 'pieces')} of software ${software.covered === 1 ? 'has' : 'have'} an enforceable layout`
  const judged = `${some(builds.total, 'build', 'builds')} in the last 30 days`
  return `${covered}. ${judged}, ${builds.verified} verified.`
}

/** `2 pieces of software are blocked`, `1 is not verified`: only the first says what is counted. */
function ofSoftware(findings: readonly { count: number; one: string; many: string }[]): string[] {
  return findings
    .filter(({ count }) => count > 0)
    .map(({ count, one, many }, index) =>
      index > 0 ? some(count, one, many) : some(count, `piece of software ${one}`, `pieces of software ${many}`),
    )
}

function join(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
