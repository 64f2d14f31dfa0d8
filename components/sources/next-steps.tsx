'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Import } from '#lib/contract/evidence.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'

/** What an import leads to: owners, a layout in force, builds. Only what this person may do and what is still open. */
export function NextSteps({ imported }: { imported: Import }) {
  const maySetKeys = useMay('owner-keys:set')
  const mayEnforce = useMay('layout:enforce')
  const mayCreate = useMay('software:create')
  const mayTrust = useMay('trust:set')
  const has = (kind: Import['files'][number]['kind']) =>
    imported.files.some((file) => file.kind === kind && (file.fate === 'stored' || file.fate === 'known'))
  const [first] = imported.software
  const target = first ? `/software/${first.slug}` : '/software'
  const steps: ReactNode[] = []
  for (const software of imported.software.slice(0, 8))
    steps.push(
      <Step
        key={software.slug}
        href={`/builds?software=${encodeURIComponent(software.slug)}`}
        title={`See the builds of ${software.name}`}
      >
        They are judged again with what came in.
      </Step>,
    )
  if (has('link') && imported.software.length === 0 && mayCreate)
    steps.push(
      <Step key="create" href="/software?new=1" title="Create the software these links belong to">
        Builds appear once a layout of it is in force.
      </Step>,
    )
  if (has('public-key') && maySetKeys)
    steps.push(
      <Step key="owners" href={target} title="Choose owner keys">
        Imported keys carry no trust until an administrator chooses them for a software.
      </Step>,
    )
  if (has('trust-bundle') && mayTrust)
    steps.push(
      <Step key="trust" href="/settings?tab=trust" title="Put the trust bundle in force">
        It carries no trust until an administrator says for which trust domain it speaks, and since when.
      </Step>,
    )
  if (has('layout') && mayEnforce)
    steps.push(
      <Step key="force" href={target} title="Put the layout in force">
        Possible once the owner keys are set and all of them have signed it.
      </Step>,
    )
  if (imported.counts.quarantined > 0)
    steps.push(
      <Step key="quarantine" href="/sources?tab=quarantine" title="Look at the quarantine">
        {imported.counts.quarantined} could not be read; nothing is lost.
      </Step>,
    )
  return (
    <Card title="What next">
      {steps.length === 0 ? (
        <p className="text-[13px] text-mute">Nothing to do: what came in is kept and will be found by its digests.</p>
      ) : (
        <ol>{steps}</ol>
      )}
    </Card>
  )
}

const Step = ({ href, title, children }: { href: string; title: string; children: ReactNode }) => (
  <li className="border-t border-line py-2 text-[13px] first:border-t-0 first:pt-0">
    <Link className="wb-link font-medium" href={href}>
      {title}
    </Link>
    <p className="text-xs text-mute">{children}</p>
  </li>
)
