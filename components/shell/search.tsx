'use client'
import { useDebouncedValue } from '@mantine/hooks'
import { openSpotlight, Spotlight } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { Fingerprint, Package, PackageSearch, Search as SearchIcon, Workflow } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { apiGet } from '#lib/client/api.ts'
import { buildsPath } from '#lib/client/builds.ts'
import { layoutsQuery } from '#lib/client/layouts.ts'
import { softwareListQuery } from '#lib/client/software.ts'
import { buildPageSchema } from '#lib/contract/builds.ts'
import { StatusBadge } from '../ui/status-badge.tsx'
import { useMe } from './me.tsx'
import { places } from './navigation.ts'

const SHOWN = 6
const has = (text: string, q: string) => text.toLowerCase().includes(q.toLowerCase())

/** What the server finds for `q`: builds by name, short id, reason or digest; software and layouts by name. */
function useFound(q: string) {
  const on = q.length > 0
  const builds = useQuery({
    queryKey: ['builds', 'search', q],
    enabled: on,
    queryFn: ({ signal }) =>
      apiGet(buildsPath({ state: [], software: null, elsewhere: null, q }, SHOWN, null), buildPageSchema, signal),
  })
  const software = useQuery({ ...softwareListQuery(), enabled: on })
  const layouts = useQuery({ ...layoutsQuery(), enabled: on })
  return {
    builds: on ? (builds.data?.rows ?? []) : [],
    software: on ? (software.data ?? []).filter((row) => has(row.name, q) || has(row.slug, q)).slice(0, SHOWN) : [],
    drafts: on ? (layouts.data?.drafts ?? []).filter((row) => has(row.name, q)).slice(0, SHOWN) : [],
    versions: on ? (layouts.data?.versions ?? []).filter((row) => has(row.name, q)).slice(0, SHOWN) : [],
    busy: on && (builds.isFetching || software.isFetching || layouts.isFetching),
    failed: builds.isError,
  }
}

/** The kit gives its palette no accessible name, and takes none. */
const nameDialog = (inside: HTMLElement | null) =>
  inside?.closest('[role="dialog"]')?.setAttribute('aria-label', 'Search')

/** ⌘K: pages, builds, software, layouts, and any digest. `opens` counts how often it was asked for. */
export function Search({ opens }: { opens: number }) {
  const router = useRouter()
  const { rights } = useMe()
  const [query, setQuery] = useState('')
  const [asked] = useDebouncedValue(query.trim().slice(0, 200), 150)
  const found = useFound(asked)
  useEffect(() => {
    if (opens > 0) openSpotlight()
  }, [opens])
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(asked)?.[1]?.toLowerCase()
  const pages = places.filter(
    (place) => has(place.label, query.trim()) && (place.right === null || rights.includes(place.right)),
  )
  const go = (href: string) => () => router.push(href)
  const any = found.builds.length + found.software.length + found.drafts.length + found.versions.length + pages.length
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={null} scrollable maxHeight={420}>
      <span hidden ref={nameDialog} />
      <Spotlight.Search
        placeholder="Search builds, software, layouts, digests"
        aria-label="Search"
        leftSection={<SearchIcon size={16} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {digest && (
          <Spotlight.ActionsGroup label="Digest">
            <Spotlight.Action
              label={`Everywhere ${digest.slice(0, 12)}… was seen`}
              leftSection={<Fingerprint size={16} aria-hidden />}
              onClick={go(`/artifacts/${digest}`)}
            />
            <Spotlight.Action
              label={`The document ${digest.slice(0, 12)}…`}
              leftSection={<Fingerprint size={16} aria-hidden />}
              onClick={go(`/sources/envelopes/${digest}`)}
            />
          </Spotlight.ActionsGroup>
        )}
        {found.builds.length > 0 && (
          <Spotlight.ActionsGroup label="Builds">
            {found.builds.map((build) => (
              <Spotlight.Action
                key={build.id}
                label={`${build.software.name} ${build.label}`}
                description={build.headline}
                leftSection={<PackageSearch size={16} aria-hidden />}
                rightSection={<StatusBadge state={build.state} />}
                onClick={go(`/builds/${build.id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.software.length > 0 && (
          <Spotlight.ActionsGroup label="Software">
            {found.software.map((row) => (
              <Spotlight.Action
                key={row.slug}
                label={row.name}
                leftSection={<Package size={16} aria-hidden />}
                onClick={go(`/software/${row.slug}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.drafts.length + found.versions.length > 0 && (
          <Spotlight.ActionsGroup label="Layouts">
            {found.drafts.map((row) => (
              <Spotlight.Action
                key={row.id}
                label={row.name}
                description="draft"
                leftSection={<Workflow size={16} aria-hidden />}
                onClick={go(`/layouts/${row.id}/edit`)}
              />
            ))}
            {found.versions.map((row) => (
              <Spotlight.Action
                key={row.id}
                label={`${row.name} v${row.number}`}
                description={row.state}
                leftSection={<Workflow size={16} aria-hidden />}
                onClick={go(`/layouts/${row.id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {pages.length > 0 && (
          <Spotlight.ActionsGroup label="Pages">
            {pages.map((place) => (
              <Spotlight.Action
                key={place.href}
                label={place.label}
                leftSection={<place.icon size={16} aria-hidden />}
                onClick={go(place.href)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {any === 0 && !digest && (
          <Spotlight.Empty>
            {found.failed ? 'The search could not be done. Try again.' : found.busy ? 'Searching' : 'Nothing found'}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
