const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
/** Abbreviated where the unit is plain from one letter, spelled out where it is not. */
const narrow = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })
const whole = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' })

/** `at` seen from `now` (milliseconds): "3h ago", "yesterday", "in 6 days". What cannot be read stays as it is. */
export function ago(at: string, now: number): string {
  const distance = Date.parse(at) - now
  if (Number.isNaN(distance)) return at
  for (const [unit, size] of units)
    if (Math.abs(distance) >= size)
      return (size < 86_400_000 ? narrow : whole).format(Math.trunc(distance / size), unit)
  return distance > 0 ? 'in a moment' : 'just now'
}

const formats = {
  seconds: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }),
  minutes: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
  day: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }),
}

/** "22 Nov 2026, 09:12:31 UTC". */
export function utc(at: string, to: keyof typeof formats = 'seconds'): string {
  const time = Date.parse(at)
  if (Number.isNaN(time)) return at
  return to === 'day' ? formats.day.format(time) : `${formats[to].format(time)} UTC`
}
