'use client'
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMay } from '#components/shell/me.tsx'
import { versionQuery } from '#lib/client/layouts.ts'
import { putInForce } from '#lib/client/software.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'

/** Makes this version the one that builds of its software are judged by. */
export function PutInForceButton({ version }: { version: LayoutVersion }) {
  const may = useMay('layout:enforce')
  const client = useQueryClient()
  const { software } = version
  const act = useMutation({
    mutationFn: (slug: string) => putInForce(slug, version.id, {}),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: versionQuery(version.id).queryKey }),
        client.invalidateQueries({ queryKey: ['layouts'] }),
        client.invalidateQueries({ queryKey: ['software'] }),
      ]),
  })
  if (software === null || version.state === 'in-force' || !may) return null
  return (
    <div>
      <Button
        loading={act.isPending}
        disabled={version.state === 'waiting'}
        title={version.state === 'waiting' ? 'Not everyone needed has signed yet' : undefined}
        onClick={() => act.mutate(software.slug)}
      >
        Put in force for {software.name}
      </Button>
      {act.error !== null && (
        <p role="alert" className="mt-2 text-[13px] text-fail-text">
          {act.error.message}
        </p>
      )}
    </div>
  )
}
