'use client'
import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `3 hours ago`, `in 5 days`. */
export function relativeText(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.trunc(seconds), 'second')
}

/** `22 Nov 2026, 09:12 UTC`. */
export function utcText(at: Date): string {
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`
}

/** How long ago; UTC and local time on hover. The server renders UTC, which the browser then replaces. */
export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState<Date | null>(null)
  useEffect(() => {
    setNow(new Date())
    const timer = setInterval(() => setNow(new Date()), 30_000)
    return () => clearInterval(timer)
  }, [])
  const date = new Date(at)
  const local = now === null ? '' : ` · ${date.toLocaleString('en-GB')} local`
  return (
    <Tooltip label={`${utcText(date)}${local}`}>
      <time dateTime={at} className="whitespace-nowrap">
        {now === null ? utcText(date) : relativeText(date, now)}
      </time>
    </Tooltip>
  )
}
