import Link from 'next/link'

export const TABS = ['summary', 'graph', 'files', 'evidence', 'history'] as const
export type Tab = (typeof TABS)[number]

const NAME: Readonly<Record<Tab, string>> = {
  summary: 'Summary',
  graph: 'Graph',
  files: 'Files',
  evidence: 'Evidence',
  history: 'History',
}

/** The five views of a build. Links, so that each has an address and opens in a new window. */
export function BuildTabs({ id, current }: { id: string; current: Tab }) {
  return (
    <nav aria-label="Views of the build" className="flex gap-1 overflow-x-auto shadow-[inset_0_-1px_0_var(--wb-line)]">
      {TABS.map((tab) => (
        <Link
          key={tab}
          href={hrefOf(id, tab)}
          scroll={false}
          aria-current={tab === current ? 'page' : undefined}
          className={`px-3 py-2 text-[13px] font-medium whitespace-nowrap ${tab === current ? 'text-ink shadow-[inset_0_-2px_0_var(--wb-accent)]' : 'text-mute hover:text-ink'}`}
        >
          {NAME[tab]}
        </Link>
      ))}
    </nav>
  )
}

function hrefOf(id: string, tab: Tab): string {
  if (tab === 'summary') return `/builds/${id}`
  return tab === 'graph' ? `/builds/${id}/graph` : `/builds/${id}?tab=${tab}`
}
