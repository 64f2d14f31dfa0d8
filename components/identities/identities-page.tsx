'use client'
import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck, KeyRound } from 'lucide-react'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import type { z } from 'zod'
import { identitiesQuery } from '#lib/client/identities.ts'
import type { certificateSchema, PublicKey } from '#lib/contract/identities.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { utc } from '../ui/time-text.ts'
import { Functionaries } from './functionaries.tsx'
import { RevokedKeys } from './revoked-keys.tsx'

type Certificate = z.infer<typeof certificateSchema>
const tabs = ['keys', 'certificates', 'functionaries', 'revoked'] as const

/** Keys by material, with every keyid they go by, and certificates with their validity. */
export function IdentitiesPage() {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('keys'))
  const { data, error, refetch } = useQuery(identitiesQuery())
  return (
    <PageBody>
      <PageHeader
        title={
          data
            ? `${data.keys.length.toLocaleString('en')} ${data.keys.length === 1 ? 'key' : 'keys'}, ${data.certificates.length.toLocaleString('en')} ${data.certificates.length === 1 ? 'certificate' : 'certificates'}`
            : 'Identities'
        }
        subline="Being known here is not being trusted: owner keys are chosen for a software, functionaries are named by its layout."
      />
      {error && !data ? (
        <ErrorPanel error={error} retry={() => void refetch()} />
      ) : !data ? (
        <TableSkeleton />
      ) : (
        <Tabs value={tab} onChange={(next) => void setTab(tabs.find((t) => t === next) ?? null)} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="keys">Keys</Tabs.Tab>
            <Tabs.Tab value="certificates">Certificates</Tabs.Tab>
            <Tabs.Tab value="functionaries">Declared functionaries</Tabs.Tab>
            <Tabs.Tab value="revoked">Revoked keys</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="keys" className="rounded-[10px] border border-line bg-surface">
            <Keys keys={data.keys} />
          </Tabs.Panel>
          <Tabs.Panel value="certificates" className="rounded-[10px] border border-line bg-surface">
            <Certificates certificates={data.certificates} />
          </Tabs.Panel>
          <Tabs.Panel value="functionaries">
            <Functionaries />
          </Tabs.Panel>
          <Tabs.Panel value="revoked">
            <RevokedKeys />
          </Tabs.Panel>
        </Tabs>
      )}
    </PageBody>
  )
}

function Keys({ keys }: { keys: readonly PublicKey[] }) {
  if (keys.length === 0)
    return (
      <EmptyState
        icon={KeyRound}
        title="No keys yet"
        text="Public keys appear when key files or layouts are brought in."
        action={
          <Link className="wb-link" href="/sources">
            Bring in metadata
          </Link>
        }
      />
    )
  return (
    <DataTable
      label="Keys"
      rows={keys}
      rowKey={(key) => key.fingerprint}
      columns={[
        {
          id: 'name',
          header: 'Key',
          cell: (key) => (
            <span id={key.fingerprint} className="scroll-mt-20">
              <span className="font-medium">{key.name}</span>
              {key.demo && <span className="ml-2 text-xs text-mute">demo</span>}
              <span className="block text-xs text-mute">
                {key.keytype}
                {key.bits && ` ${key.bits} bit`}
                {key.scheme !== key.keytype && `, ${key.scheme}`}
              </span>
              {key.revokedAt !== null && (
                <span className="mt-1 block">
                  <StatusBadge state="blocked" label={`Revoked from ${utc(key.revokedAt, 'minutes')}`} />
                </span>
              )}
            </span>
          ),
        },
        { id: 'ids', header: 'Keyids', cell: (key) => <Keyids key_={key} /> },
        { id: 'used', header: 'Used by', cell: (key) => <UsedBy key_={key} /> },
        {
          id: 'last',
          header: 'Last signature',
          cell: (key) =>
            key.lastSignatureAt === null ? (
              <span className="text-mute">none seen</span>
            ) : (
              <RelativeTime at={key.lastSignatureAt} />
            ),
        },
        { id: 'first', header: 'First seen', cell: (key) => <RelativeTime at={key.firstSeenAt} /> },
      ]}
    />
  )
}

/** The same key has another keyid with each tool: one in sight, the others and the material's own fingerprint below. */
function Keyids({ key_: key }: { key_: PublicKey }) {
  const [first = key.fingerprint, ...others] = key.keyids
  return (
    <>
      <Digest value={first} />
      {others.length > 0 && (
        <details className="text-xs text-mute">
          <summary className="w-fit cursor-pointer py-0.5">{others.length} more with other tools</summary>
          {others.map((keyid) => (
            <div key={keyid}>
              <Digest value={keyid} />
            </div>
          ))}
          {!key.keyids.includes(key.fingerprint) && (
            <div>
              material <Digest value={key.fingerprint} />
            </div>
          )}
        </details>
      )}
    </>
  )
}

function UsedBy({ key_: key }: { key_: PublicKey }) {
  const steps = Map.groupBy(key.functionaryOf, (use) => use.software)
  if (key.ownerOf.length === 0 && steps.size === 0) return <span className="text-mute">nothing in force</span>
  return (
    <>
      {key.ownerOf.map((software) => (
        <div key={software.slug}>
          owner of{' '}
          <Link className="wb-link" href={`/software/${software.slug}`}>
            {software.name}
          </Link>
        </div>
      ))}
      {[...steps].map(([software, uses]) => (
        <div key={software}>
          {uses.map((use) => use.step).join(', ')} of {software}
        </div>
      ))}
    </>
  )
}

function Certificates({ certificates }: { certificates: readonly Certificate[] }) {
  if (certificates.length === 0)
    return (
      <EmptyState
        icon={BadgeCheck}
        title="No certificates yet"
        text="Certificates that lie beside links, or in their signatures, appear here."
      />
    )
  return (
    <DataTable
      label="Certificates"
      rows={certificates.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter))}
      rowKey={(certificate) => certificate.sha256}
      columns={[
        {
          id: 'subject',
          header: 'Subject',
          cell: (certificate) => (
            <>
              <span className="font-medium break-words">
                {certificate.spiffeId ?? (certificate.subject || certificate.name)}
              </span>
              <span className="block text-xs text-mute">
                {certificate.isCa ? 'certificate authority' : 'leaf'} {certificate.spiffeId && certificate.subject}
                {certificate.demo && ' demo'}
              </span>
            </>
          ),
        },
        { id: 'issuer', header: 'Issuer', cell: (certificate) => certificate.issuer },
        { id: 'valid', header: 'Valid', cell: (certificate) => <Validity certificate={certificate} /> },
        { id: 'sha256', header: 'SHA-256', cell: (certificate) => <Digest value={certificate.sha256} /> },
        { id: 'first', header: 'First seen', cell: (certificate) => <RelativeTime at={certificate.firstSeenAt} /> },
      ]}
    />
  )
}

/** A leaf of a minute's life is not broken because it has ended: it had to be valid when it signed. */
function Validity({ certificate }: { certificate: Certificate }) {
  const ended = Date.parse(certificate.notAfter) < Date.now()
  return (
    <>
      {utc(certificate.notBefore, 'minutes')}
      <span className="block">
        to {utc(certificate.notAfter, 'minutes')} {ended && <StatusBadge state="expired" label="Ended" />}
      </span>
    </>
  )
}
