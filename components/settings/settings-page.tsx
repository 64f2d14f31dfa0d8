'use client'
import { Tabs } from '@mantine/core'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useMay } from '../shell/me.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Account } from './account.tsx'
import { Appearance } from './appearance.tsx'
import { Members } from './members.tsx'
import { Tokens } from './tokens.tsx'
import { TrustDomains } from './trust-domains.tsx'
import { Verifiers } from './verifiers.tsx'

const tabs = ['account', 'appearance', 'trust', 'verifiers', 'members', 'tokens'] as const

/** One's own account and look, and whose roots are trusted, for everybody; members and tokens for administrators. */
export function SettingsPage() {
  const [asked, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('account'))
  const members = useMay('users:manage')
  const tokens = useMay('tokens:manage')
  const open = { account: true, appearance: true, trust: true, verifiers: true, members, tokens }
  const tab = open[asked] ? asked : 'account'
  return (
    <PageBody>
      <PageHeader title="Settings" />
      <Tabs value={tab} onChange={(next) => void setTab(tabs.find((t) => t === next) ?? null)} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="account">Account</Tabs.Tab>
          <Tabs.Tab value="appearance">Appearance and keys</Tabs.Tab>
          <Tabs.Tab value="trust">Trust domains</Tabs.Tab>
          <Tabs.Tab value="verifiers">Verifiers</Tabs.Tab>
          {members && <Tabs.Tab value="members">Members</Tabs.Tab>}
          {tokens && <Tabs.Tab value="tokens">API tokens</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="account">
          <Account />
        </Tabs.Panel>
        <Tabs.Panel value="appearance">
          <Appearance />
        </Tabs.Panel>
        <Tabs.Panel value="trust">
          <TrustDomains />
        </Tabs.Panel>
        <Tabs.Panel value="verifiers">
          <Verifiers />
        </Tabs.Panel>
        {members && (
          <Tabs.Panel value="members">
            <Members />
          </Tabs.Panel>
        )}
        {tokens && (
          <Tabs.Panel value="tokens">
            <Tokens />
          </Tabs.Panel>
        )}
      </Tabs>
    </PageBody>
  )
}
