'use client'
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { removeDemo } from '#lib/client/demo.ts'
import { postureQuery } from '#lib/client/posture.ts'
import { useMay } from './me.tsx'

/**
 * Says that invented data is among what is shown, and takes it away with one click.
 * `loaded`: what the server said with the page, so that nothing moves down when the banner comes.
 */
export function DemoBanner({ loaded }: { loaded: boolean }) {
  const client = useQueryClient()
  const may = useMay('demo:manage')
  const { data } = useQuery({ ...postureQuery(), staleTime: 60_000 })
  const remove = useMutation({ mutationFn: removeDemo, onSettled: () => client.invalidateQueries() })
  if (!(data?.demo ?? loaded)) return null
  return (
    <section
      aria-label="Demo data"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-tint px-4 py-1.5 text-[13px] text-warn-text sm:px-6"
    >
      <FlaskConical size={14} aria-hidden />
      <span className="flex-1">
        {remove.isError ? remove.error.message : 'Demo data is loaded: six invented pieces of software, marked “demo”.'}
      </span>
      {may && (
        <Button size="compact-xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove the demo
        </Button>
      )}
    </section>
  )
}
