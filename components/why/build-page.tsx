'use client'
import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Network } from 'lucide-react'
import Link from 'next/link'
import { buildQuery } from '#lib/client/builds.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'
import { AskSources } from '../sources/ask-sources.tsx'
import { VerificationsCard } from '../verifications/verifications-card.tsx'
import { BuildHeading } from './build-heading.tsx'
import { BuildTabs, type Tab } from './build-tabs.tsx'
import { CheckAgain } from './check-again.tsx'
import { Checks } from './checks.tsx'
import { EvidenceTab } from './evidence-tab.tsx'
import { FilesTab } from './files-tab.tsx'
import { FilesTable } from './files-table.tsx'
import { Fixes } from './fixes.tsx'
import { HistoryTab } from './history-tab.tsx'
import { MoreReasons } from './more-reasons.tsx'
import { RuleCard } from './rule-card.tsx'
import { TimelineCard } from './timeline-card.tsx'
import { VerdictFacts } from './verdict-facts.tsx'

/** What the reader's role may do here. */
export interface May {
  readonly recheck: boolean
  readonly draft: boolean
}

interface BuildPageProps {
  readonly id: string
  readonly tab: Exclude<Tab, 'graph'>
  /** file that the address points at */
  readonly file: string | null
  readonly may: May
}

const WAITING_MS = 2_000

/** Why a build is verified, blocked, expired or not verified; and what it rests on. */
export function BuildPage({ id, tab, file, may }: BuildPageProps) {
  const { data: build } = useSuspenseQuery({
    ...buildQuery(id),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? WAITING_MS : false),
  })
  return (
    <div className="mx-auto w-full max-w-[1128px] px-4 py-5 sm:px-6 sm:py-6">
      <BuildHeading build={build} />
      <div className="mt-4 mb-5">
        <BuildTabs id={id} current={tab} />
      </div>
      {tab === 'summary' && <Summary build={build} file={file} may={may} />}
      {tab === 'files' && <FilesTab build={build} />}
      {tab === 'evidence' && <EvidenceTab build={build} />}
      {tab === 'history' && <HistoryTab build={build} />}
    </div>
  )
}

/** Codes of what more evidence may mend. */
const lacking: ReadonlySet<string> = new Set(['EVIDENCE_PENDING', 'STEP_MISSING', 'STEP_UNBOUND', 'STEP_THRESHOLD'])

/** Whether some step has no evidence, or too little, and a source may know more. */
function lacksEvidence({ state, explanation }: BuildDetail): boolean {
  if (state === 'verified' || state === 'running') return false
  return [explanation.code, ...explanation.more.map(({ code }) => code)].some(
    (code) => code !== null && lacking.has(code),
  )
}

function Summary({ build, file, may }: { build: BuildDetail; file: string | null; may: May }) {
  const { explanation, report } = build
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,1fr)_320px] lg:grid-rows-[auto_1fr]">
      <div className="flex min-w-0 flex-col gap-5">
        {build.attention !== null && <VerificationsCard rows={build.verifications} />}
        {explanation.files.length > 0 && <FilesTable explanation={explanation} marked={file} />}
        <Fixes
          title={
            build.state === 'verified'
              ? 'Verify it yourself'
              : build.state === 'running'
                ? 'What happens now'
                : 'How to fix it'
          }
          fixes={explanation.fixes}
          mayDraft={may.draft}
        />
        {lacksEvidence(build) && <AskSources files={build.files} />}
        <MoreReasons more={explanation.more} />
        {build.attention === null && <VerificationsCard rows={build.verifications} />}
      </div>
      <aside className="flex min-w-0 flex-col gap-5 lg:row-span-2" aria-label="Background">
        <RuleCard build={build} />
        <TimelineCard build={build} />
        <VerdictFacts build={build} />
        <div className="flex items-start gap-2">
          <Button
            component={Link}
            href={`/builds/${build.short}/graph`}
            className="flex-1"
            size="xs"
            variant="default"
            leftSection={<Network size={14} aria-hidden />}
          >
            Graph
          </Button>
          {may.recheck && <CheckAgain build={build} />}
        </div>
      </aside>
      {report !== null && (
        <div className="min-w-0 self-start">
          <Checks report={report} />
        </div>
      )}
    </div>
  )
}
