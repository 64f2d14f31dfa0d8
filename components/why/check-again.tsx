'use client'
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { buildQuery, recheckBuild } from '#lib/client/builds.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'

/** How long a verdict may take before the page says that the worker seems to be away. */
const PATIENCE_MS = 60_000
const EVERY_MS = 1_000

type Phase =
  | { kind: 'idle' }
  | { kind: 'asking'; since: number }
  | { kind: 'done'; text: string }
  | { kind: 'failed'; text: string }

/** Asks for a new verdict and follows it until it is there. */
export function CheckAgain({ build }: { build: BuildDetail }) {
  const client = useQueryClient()
  const [phase, setPhase] = useState<Phase>({ kind: 'idle' })
  const [before, setBefore] = useState<{ at: string | null; state: string } | null>(null)

  useEffect(() => {
    if (phase.kind !== 'asking') return
    const timer = setInterval(() => {
      if (Date.now() - phase.since > PATIENCE_MS) {
        setPhase({
          kind: 'failed',
          text: 'No new verdict within a minute: the worker may not be running. The last verdict stands.',
        })
        return
      }
      void client.invalidateQueries({ queryKey: buildQuery(build.short).queryKey })
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [phase, client, build.short])

  useEffect(() => {
    if (phase.kind !== 'asking' || before === null) return
    if (build.state === 'running' || build.judgedAt === before.at) return
    setPhase({
      kind: 'done',
      text:
        build.state === before.state
          ? 'Checked again: the verdict is the same.'
          : 'Checked again: the verdict has changed.',
    })
  }, [phase, before, build.state, build.judgedAt])

  const ask = async () => {
    setBefore({ at: build.judgedAt, state: build.state })
    setPhase({ kind: 'asking', since: Date.now() })
    try {
      await recheckBuild(build.short)
    } catch (error) {
      setPhase({
        kind: 'failed',
        text: error instanceof Error ? error.message : 'It could not be asked for. Try again.',
      })
    }
  }
  return (
    <div className="min-w-0 flex-1">
      <Button
        fullWidth
        size="xs"
        variant="default"
        leftSection={<RefreshCw size={14} aria-hidden />}
        loading={phase.kind === 'asking'}
        onClick={() => void ask()}
      >
        Check again
      </Button>
      <p role="status" className="mt-1 text-mute text-xs empty:hidden">
        {phase.kind === 'asking' ? 'Judging again…' : phase.kind === 'idle' ? '' : phase.text}
      </p>
    </div>
  )
}
