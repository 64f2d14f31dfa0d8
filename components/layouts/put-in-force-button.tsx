'use client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '#components/shell/me.tsx'
import { PutInForceDialog } from '#components/software/put-in-force-dialog.tsx'
import { softwareQuery } from '#lib/client/software.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'

/** Asks how this version is bound, and makes it the one that builds of its software are judged by. */
export function PutInForceButton({ version }: { version: LayoutVersion }) {
  const may = useMay('layout:enforce')
  const [asked, setAsked] = useState(false)
  const { software } = version
  const found = useQuery({ ...softwareQuery(software?.slug ?? ''), enabled: asked && software !== null })
  if (software === null || version.state === 'in-force' || !may) return null
  const bound = found.data?.versions.find(({ id }) => id === version.id) ?? null
  return (
    <div>
      <Button
        loading={asked && found.isPending}
        disabled={version.state === 'waiting'}
        title={version.state === 'waiting' ? 'Not everyone needed has signed yet' : undefined}
        onClick={() => setAsked(true)}
      >
        Put in force for {software.name}
      </Button>
      {found.error !== null && (
        <p role="alert" className="mt-2 text-[13px] text-fail-text">
          {found.error.message}
        </p>
      )}
      {found.data !== undefined && (
        <PutInForceDialog software={found.data} version={asked ? bound : null} onClose={() => setAsked(false)} />
      )}
    </div>
  )
}
