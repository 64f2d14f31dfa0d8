'use client'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { Card } from '#components/ui/card.tsx'
import { type ShownState, states } from '#components/ui/states.ts'
import type { Check, Report } from '#lib/in-toto/report.ts'

const STATE: Readonly<Record<Check['outcome'], ShownState>> = {
  passed: 'verified',
  failed: 'blocked',
  warning: 'warning',
  'not-performed': 'not-verified',
}
const WORD: Readonly<Record<Check['outcome'], string>> = {
  passed: 'Passed',
  failed: 'Failed',
  warning: 'Warning',
  'not-performed': 'Not performed',
}
const AT_FIRST = 12

/** Every check that was made, in the specification's order, with what it found. */
export function Checks({ report }: { report: Report }) {
  const failed = report.checks.filter((check) => check.outcome !== 'passed')
  const [which, setWhich] = useState<'all' | 'other'>(failed.length > 0 ? 'other' : 'all')
  const [most, setMost] = useState(AT_FIRST)
  const chosen = which === 'all' ? report.checks : failed
  return (
    <Card
      title="Every check"
      aside={
        <span className="tnum">
          {report.checks.length - failed.length} of {report.checks.length} passed
        </span>
      }
    >
      {failed.length > 0 && (
        <SegmentedControl
          size="xs"
          mb="xs"
          aria-label="Which checks"
          value={which}
          onChange={(value) => setWhich(value === 'other' ? 'other' : 'all')}
          data={[
            { value: 'all', label: 'All' },
            { value: 'other', label: `Not passed (${failed.length})` },
          ]}
        />
      )}
      <ol className="list-none text-[13px]">
        {chosen.slice(0, most).map((check, index) => {
          const look = states[STATE[check.outcome]]
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: an id may stand twice where a layout repeats a name
            <li key={`${check.id} ${index}`} className="flex gap-2.5 border-line border-t py-2 first:border-t-0">
              <look.icon
                size={15}
                strokeWidth={2.25}
                role="img"
                aria-label={WORD[check.outcome]}
                className="mt-0.5 shrink-0"
                style={{ color: look.fill }}
              />
              <div className="min-w-0 flex-1">
                <div className="break-words">
                  {check.title}
                  {check.step !== undefined && <span className="text-mute"> · {check.step}</span>}
                  {check.strictOnly && (
                    <span
                      className="ml-1.5 rounded border border-line px-1 text-[11px] text-mute"
                      title="in-toto does not make this check"
                    >
                      strict
                    </span>
                  )}
                </div>
                <div className="text-mute text-xs break-words">{check.detail}</div>
              </div>
            </li>
          )
        })}
      </ol>
      {chosen.length > most && (
        <button
          type="button"
          onClick={() => setMost(most + 500)}
          className="mt-1 min-h-6 cursor-pointer text-[13px] text-accent underline-offset-2 hover:underline"
        >
          Show {Math.min(500, chosen.length - most)} more of {chosen.length}
        </button>
      )}
    </Card>
  )
}
