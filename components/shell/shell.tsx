'use client'
import { AppShell, Burger, Kbd, NavLink, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { FileLock2, Search as SearchIcon } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { DemoBanner } from './demo-banner.tsx'
import { KeysHelp } from './keys-help.tsx'
import { useLetterKeys } from './letter-keys.ts'
import { type Me, MeProvider } from './me.tsx'
import { isAt, places } from './navigation.ts'
import { ThemeMenu } from './theme-menu.tsx'
import { UserMenu } from './user-menu.tsx'

// the palette's code comes with its first use
const Search = dynamic(() => import('./search.tsx').then((module) => module.Search), { ssr: false })

/** Header, navigation and search around every page of a signed-in person. */
export function Shell({ me, demo, children }: { me: Me; demo: boolean; children: ReactNode }) {
  const [menu, { toggle, close }] = useDisclosure()
  const [searches, setSearches] = useState(0)
  const path = usePathname()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the phone's menu
  useEffect(close, [path])
  const search = () => setSearches((n) => n + 1)
  useHotkeys([['mod+K', search]], [])
  return (
    <MeProvider me={me}>
      <a className="wb-skip" href="#content">
        Skip to content
      </a>
      <AppShell
        header={{ height: 52 }}
        navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !menu } }}
        padding={0}
      >
        <AppShell.Header className="flex items-center gap-2 px-3">
          <Burger opened={menu} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={menu} />
          <Link
            href="/"
            className="flex items-center gap-2 rounded text-base font-semibold"
            aria-label="Waybill, posture"
          >
            <FileLock2 size={20} aria-hidden className="text-accent" />
            Waybill
          </Link>
          <SearchButton onOpen={search} />
          <div className="ml-auto flex items-center gap-1 sm:ml-0">
            <UnstyledButton
              hiddenFrom="sm"
              onClick={search}
              aria-label="Search"
              className="grid size-9 place-items-center rounded-md"
            >
              <SearchIcon size={16} aria-hidden />
            </UnstyledButton>
            <ThemeMenu />
            <UserMenu me={me} />
          </div>
        </AppShell.Header>
        <AppShell.Navbar p="xs" component="nav" aria-label="Main">
          {places
            .filter((place) => place.right === null || me.rights.includes(place.right))
            .map((place) => (
              <NavLink
                key={place.href}
                component={Link}
                href={place.href}
                label={place.label}
                leftSection={<place.icon size={16} strokeWidth={1.75} aria-hidden />}
                active={isAt(path, place.href)}
                aria-current={isAt(path, place.href) ? 'page' : undefined}
                className="rounded-md"
                py={7}
                mb={2}
              />
            ))}
        </AppShell.Navbar>
        <AppShell.Main bg="var(--wb-page)" id="content" tabIndex={-1} className="flex flex-col">
          <DemoBanner loaded={demo} />
          {children}
        </AppShell.Main>
      </AppShell>
      <LetterKeys />
      <KeysHelp />
      {searches > 0 && <Search opens={searches} />}
    </MeProvider>
  )
}

function SearchButton({ onOpen }: { onOpen: () => void }) {
  return (
    <UnstyledButton
      onClick={onOpen}
      visibleFrom="sm"
      aria-keyshortcuts="Meta+K Control+K"
      className="mx-auto h-8 w-80 rounded-md border border-line bg-page px-2 text-mute"
    >
      <span className="flex items-center gap-2">
        <SearchIcon size={14} aria-hidden />
        <span className="flex-1 text-[13px]">Search builds, software, digests</span>
        <Kbd size="xs" aria-hidden>
          ⌘K
        </Kbd>
      </span>
    </UnstyledButton>
  )
}

/** G then a letter leads to a place, as in Linear. */
function LetterKeys() {
  const router = useRouter()
  const [on] = useLetterKeys()
  const [armed, setArmed] = useState(0)
  useHotkeys(on ? [['g', () => setArmed(Date.now())]] : [])
  useHotkeys(
    places.map((place) => [
      place.key,
      () => {
        if (!on || Date.now() - armed > 1200) return
        setArmed(0)
        router.push(place.href)
      },
      { preventDefault: false },
    ]),
  )
  return null
}
