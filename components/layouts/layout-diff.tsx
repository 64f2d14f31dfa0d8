'use client'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { layoutsQuery, versionQuery } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { changedParts, type DiffLine, diffLines, layoutText, readLayoutText } from '#lib/layout-draft/index.ts'

/** What this version changes against the one in force, line by line. */
export function LayoutDiff({ version }: { version: LayoutVersion }) {
  const { data: layouts } = useQuery(layoutsQuery())
  const inForce = layouts?.versions.find(
    (other) => other.state === 'in-force' && other.id !== version.id && other.software?.slug === version.software?.slug,
  )
  const { data: before } = useQuery({ ...versionQuery(inForce?.id ?? ''), enabled: inForce !== undefined })
  const lines = useMemo(
    () => (before === undefined ? undefined : diffLines(normal(before.signedJson), normal(version.signedJson))),
    [before, version.signedJson],
  )
  if (version.software === null) {
    return (
      <p className="text-[13px] text-mute">It belongs to no software, so there is nothing in force to compare with.</p>
    )
  }
  if (layouts !== undefined && inForce === undefined) {
    return (
      <p className="text-[13px] text-mute">{version.software.name} has no other layout in force: all of this is new.</p>
    )
  }
  if (lines === undefined || inForce === undefined) return <p className="text-[13px] text-mute">Comparing…</p>
  if (lines === null) return <p className="text-[13px] text-mute">Both are too long to be compared here.</p>
  return (
    <section
      aria-label={`Changes against version ${inForce.number}`}
      className="overflow-auto rounded-md border border-line"
    >
      <p className="border-b border-line px-3 py-1.5 text-xs text-mute">
        Against version {inForce.number}, which is in force
      </p>
      <pre className="m-0 py-1 font-mono text-xs leading-[18px]">
        {changedParts(lines).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <Line key={index} line={line} />
        ))}
      </pre>
    </section>
  )
}

function normal(text: string): string {
  return layoutText(readLayoutText(text))
}

function Line({ line }: { line: DiffLine | null }) {
  if (line === null) return <span className="block px-3 text-mute">⋯</span>
  const look = { same: '', added: 'bg-pass-tint text-pass-text', removed: 'bg-fail-tint text-fail-text' }[line.kind]
  const sign = { same: ' ', added: '+', removed: '−' }[line.kind]
  return (
    <span className={`block px-3 ${look}`}>
      {sign} {line.text}
    </span>
  )
}
