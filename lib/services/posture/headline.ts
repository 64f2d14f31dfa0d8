import type { Posture } from '#lib/contract/posture.ts'

type Numbers = Pick<Posture, 'software' | 'now' | 'builds'>

/** `1 build is`, `2 builds are` */
function some(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** What is wrong now, worst first; at most three things, each a number with a list behind it. */
export function headlineOf({ software, now }: Numbers, expiring: Posture['expiring']): string {
  if (software.total === 0) return 'No software is set up yet'
  const soon = expiring.filter(({ kind, days }) => kind === 'layout' && days >= 0 && days <= 14).length
  const wrong = [
    now.blocked > 0 ? some(now.blocked, 'software is blocked', 'software are blocked') : null,
    now.expired > 0 ? some(now.expired, 'software is blocked by an expiry', 'software are blocked by an expiry') : null,
    now.notVerified > 0 ? some(now.notVerified, 'software is not verified', 'software are not verified') : null,
    software.uncovered > 0
      ? some(software.uncovered, 'software has no enforceable layout', 'software have no enforceable layout')
      : null,
    soon > 0 ? some(soon, 'layout expires within 14 days', 'layouts expire within 14 days') : null,
  ].filter((part) => part !== null)
  if (wrong.length > 0) return join(wrong.slice(0, 3))
  if (now.none === software.total) return 'Every software has a layout in force, and no build has been judged yet'
  if (software.total === 1) return 'The only software verifies'
  return now.none > 0
    ? `Every latest build verifies; ${some(now.none, 'software has none', 'software have none')} yet`
    : `All ${software.total} software verify`
}

export function sublineOf({ software, builds }: Numbers): string {
  if (software.total === 0) return 'Look at the demo, bring in metadata, or draw a layout.'
  const covered = `${software.covered} of ${software.total} software ${software.covered === 1 ? 'has' : 'have'} an enforceable layout`
  const judged = `${some(builds.total, 'build', 'builds')} in the last 30 days`
  return `${covered}. ${judged}, ${builds.verified} verified.`
}

function join(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
