'use client'
import { Tooltip } from '@mantine/core'
import { useEffect, useReducer } from 'react'
import { ago, utc } from './time-text.ts'

/** How long ago; UTC and local time on hover. The server renders UTC, which the browser then replaces. */
export function RelativeTime({ at }: { at: string }) {
  const [looks, look] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    look()
    const timer = setInterval(look, 30_000)
    return () => clearInterval(timer)
  }, [])
  // read anew for each drawing: a time that has just come lies behind the last look, and is not to come
  const now = looks === 0 ? null : Date.now()
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
