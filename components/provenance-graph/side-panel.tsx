'use client'
import { ActionIcon, Tabs } from '@mantine/core'
import { X } from 'lucide-react'
import Link from 'next/link'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { BuildDetail, ProvenanceGraph } from '#lib/contract/builds.ts'
import { Facts } from './facts.tsx'
import { PanelRaw } from './panel-raw.tsx'
import { PanelSignature } from './panel-signature.tsx'
import { RuleQueue } from './rule-queue.tsx'
import { LOOK } from './states.ts'
import { StepFiles } from './step-files.tsx'

export interface PanelProps {
  readonly build: BuildDetail
  readonly graph: ProvenanceGraph
  readonly id: string
  readonly onClose: () => void
  readonly onSelect: (id: string) => void
}

/** Everything about one node of the graph; the drawing and the list open the same panel. */
export function SidePanel(props: PanelProps) {
  const node = props.graph.nodes.find((one) => one.id === props.id)
  if (node === undefined) return null
  return (
    <div className="p-4" data-testid="side-panel">
      <div className="mb-3 flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-[17px] leading-[23px] font-semibold break-all">{node.label}</h2>
          <p className="text-xs text-mute">{kindOf(node.kind, props.build)}</p>
        </div>
        <StatusBadge state={LOOK[node.state].badge} />
        <ActionIcon variant="subtle" color="gray" size={24} aria-label="Close details" onClick={props.onClose}>
          <X size={15} aria-hidden />
        </ActionIcon>
      </div>
      <Reasons {...props} />
      <Body {...props} />
    </div>
  )
}

function kindOf(kind: ProvenanceGraph['nodes'][number]['kind'], build: BuildDetail): string {
  const layout = build.layout === null ? '' : ` in ${build.layout.name}, version ${build.layout.number}`
  if (kind === 'step') return `Step${layout}`
  if (kind === 'inspection') return `Inspection${layout}`
  return kind === 'artifact' ? `Final file of ${build.software.name}` : 'Folded: too many to draw at once'
}

function Reasons({ build, id }: PanelProps) {
  const about = (build.report?.reasons ?? []).filter((reason) =>
    reason.inspection === undefined
      ? (reason.path?.[0] ?? reason.step) === id
      : (reason.path?.[0] ?? `inspection:${reason.inspection}`) === id,
  )
  // what only follows from another reason is said where nothing else is
  const own = about.filter((reason) => reason.follows === undefined)
  const reasons = own.length > 0 ? own : about
  if (reasons.length === 0) return null
  return (
    <ul className="mb-4 list-none rounded-md border border-line p-3 text-[13px]">
      {reasons.slice(0, 5).map((reason, index) => {
        const look = LOOK[reason.severity === 'deny' ? 'fail' : reason.severity === 'warning' ? 'warn' : 'unverified']
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: reasons have no id and never change places
          <li key={index} className="flex items-start gap-1.5 py-0.5">
            <look.icon
              size={14}
              strokeWidth={2.25}
              className="mt-[3px] shrink-0"
              style={{ color: look.fill }}
              aria-hidden
            />
            <span className="min-w-0 break-words">{reason.message}</span>
          </li>
        )
      })}
      {reasons.length > 5 && <li className="text-xs text-mute">and {reasons.length - 5} more</li>}
      <li className="mt-2">
        <Link
          href={`/builds/${build.short}`}
          className="inline-flex min-h-6 items-center text-[13px] font-medium text-accent underline-offset-2 hover:underline"
        >
          {build.state === 'verified' ? 'Summary of the build' : 'Why, and what to do'}
        </Link>
      </li>
    </ul>
  )
}

function Body(props: PanelProps) {
  const { build, id, graph } = props
  const node = graph.nodes.find((one) => one.id === id)
  const step = build.report?.steps.find((one) => one.name === id)
  const inspection = build.report?.inspections.find((one) => `inspection:${one.name}` === id)
  if (step !== undefined) return <StepBody {...props} step={step} />
  if (inspection !== undefined) {
    return (
      <>
        <Facts
          rows={[
            ['Outcome', { passed: 'Passed', failed: 'Failed', 'not-performed': 'Not performed' }[inspection.outcome]],
            inspection.returnValue === null ? null : ['Exit code', String(inspection.returnValue)],
          ]}
        />
        <p className="mt-3 mb-1 text-xs text-mute">Command that the layout names. Waybill never runs it.</p>
        <CodeBlock code={inspection.run.join(' ')} />
        <div className="mt-4">
          <RuleQueue title="Materials" list={inspection.materials} />
          <RuleQueue title="Products" list={inspection.products} />
        </div>
      </>
    )
  }
  if (node?.kind === 'fold') {
    return (
      <ul className="m-0 list-none p-0 text-[13px]">
        {node.members?.map((member) => (
          <li key={member.id} className="flex items-center gap-2 border-t border-line py-2 first:border-t-0">
            <span className="min-w-0 flex-1 break-all">
              {member.label}
              <span className="block text-xs text-mute">{member.detail}</span>
            </span>
            <StatusBadge state={LOOK[member.state].badge} />
          </li>
        ))}
      </ul>
    )
  }
  return <FinalFiles build={build} only={id.startsWith('file:') ? id.slice(5) : null} />
}

function FinalFiles({ build, only }: { build: BuildDetail; only: string | null }) {
  const files = build.files.filter((file) => only === null || file.path === only)
  return (
    <ul className="m-0 list-none p-0 text-[13px]">
      {files.map((file) => (
        <li key={`${file.path} ${file.algo}`} className="border-t border-line py-2 first:border-t-0">
          <div className="font-mono text-xs break-all">{file.path}</div>
          <div className="text-xs text-mute">
            {file.algo} <Digest value={file.digest} />
          </div>
          {file.algo === 'sha256' && (
            <Link
              href={`/artifacts/${file.digest}`}
              className="inline-flex min-h-6 items-center text-xs text-accent underline-offset-2 hover:underline"
            >
              Everywhere this file was seen
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}

type Step = NonNullable<BuildDetail['report']>['steps'][number]

function StepBody({ build, step }: PanelProps & { step: Step }) {
  const reproduce = build.explanation.fixes.find((fix) => fix.id === 'reproduce')?.snippet ?? null
  const documents = [
    ...step.counted.map(({ sha256, source }) => ({ sha256, source })),
    ...step.skipped.flatMap(({ sha256, source }) => (sha256 === null ? [] : [{ sha256, source }])),
  ]
  return (
    <Tabs defaultValue="signature" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="signature">Signature</Tabs.Tab>
        <Tabs.Tab value="files">Files</Tabs.Tab>
        <Tabs.Tab value="rules">Rules</Tabs.Tab>
        <Tabs.Tab value="raw">Raw</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="signature">
        <PanelSignature step={step} evidence={build.evidence} />
        {step.sublayout !== undefined && <Sublayout report={step.sublayout} />}
      </Tabs.Panel>
      <Tabs.Panel value="files">
        <StepFiles build={build.short} step={step.name} />
      </Tabs.Panel>
      <Tabs.Panel value="rules">
        <RuleQueue title="Materials" list={step.materials} />
        <RuleQueue title="Products" list={step.products} />
      </Tabs.Panel>
      <Tabs.Panel value="raw">
        <PanelRaw build={build.short} documents={unique(documents)} command={reproduce} />
      </Tabs.Panel>
    </Tabs>
  )
}

function unique<T extends { sha256: string }>(documents: readonly T[]): T[] {
  return [...new Map(documents.map((document) => [document.sha256, document])).values()]
}

const OUTCOME = {
  passed: 'verified',
  failed: 'blocked',
  warning: 'warning',
  missing: 'not-verified',
  'not-judged': 'not-verified',
} as const

/** The steps of the layout that this one was handed on to. */
function Sublayout({ report }: { report: NonNullable<Step['sublayout']> }) {
  return (
    <section className="mt-4">
      <h3 className="mb-1 text-[13px] font-semibold">Steps of its sublayout</h3>
      <ul className="m-0 list-none p-0 text-[13px]">
        {report.steps.map((inner) => (
          <li key={inner.name} className="border-t border-line py-2 first:border-t-0">
            <div className="flex items-center gap-2">
              <span className="min-w-0 flex-1 break-all">{inner.name}</span>
              <StatusBadge state={OUTCOME[inner.outcome]} />
            </div>
            {report.reasons
              .filter((reason) => reason.step === inner.name)
              .map((reason) => (
                <p key={reason.message} className="text-xs text-mute">
                  {reason.message}
                </p>
              ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
