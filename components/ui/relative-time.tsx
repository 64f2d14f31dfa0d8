'use client'
import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ago, utc } from './time-text.ts'

/** How long ago; UTC and local time on hover. The server renders UTC, which the browser then replaces. */
export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  const local = now === null ? '' : ` · ${new Date(at).toLocaleString('en-GB')} local`
  return (
    <Tooltip label={`${utc(at)}${local}`}>
      <time dateTime={at} className="tnum whitespace-nowrap">
        {now === null ? utc(at, 'minutes') : ago(at, now)}
      </time>
    </Tooltip>
  )
}

/** The exact time, in UTC for everybody, so that two people who look at the same page read the same. */
export function ExactTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)} className="tnum whitespace-nowrap">
      {utc(at, 'minutes')}
    </time>
  )
}
