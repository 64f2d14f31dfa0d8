'use client'
import { useQuery } from '@tanstack/react-query'
import { ShieldOff } from 'lucide-react'
import { restoreKey, revokedKeysQuery } from '#lib/client/revoked-keys.ts'
import { useMay } from '../shell/me.tsx'
import { Digest } from '../ui/digest.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { utc } from '../ui/time-text.ts'
import { Declared } from './declared.tsx'
import { RevokeKeys } from './revoke-keys.tsx'

/** Keys that count for nothing from a moment on. */
export function RevokedKeys() {
  const mayRevoke = useMay('key:revoke')
  const mayRestore = useMay('key:restore')
  const { data, error, refetch } = useQuery(revokedKeysQuery())
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <Declared
      title="Revoked keys"
      intro="A key that was stolen, lost or given up counts for nothing from the moment that is set here. What Waybill received before that moment stays, and so does what a time stamp proves to be older; everything else that the key signs is refused, whatever time it claims. Links, layouts and certificates with the same key material are all concerned."
      rows={data}
      columns={[
        {
          id: 'name',
          header: 'Key',
          width: 'w-[34%]',
          cell: (row) => (
            <>
              <span className="font-medium break-words">{row.name}</span>
              <span className="block text-xs text-mute">
                {row.keytype} <Digest value={row.fingerprint} />
              </span>
            </>
          ),
        },
        { id: 'at', header: 'Revoked from', cell: (row) => <span className="tnum">{utc(row.at)}</span> },
        { id: 'why', header: 'Why', cell: (row) => <span className="break-words">{row.reason}</span> },
        {
          id: 'by',
          header: 'Said',
          cell: (row) => (
            <>
              <RelativeTime at={row.createdAt} /> by {row.createdBy}
            </>
          ),
        },
      ]}
      none={{
        icon: ShieldOff,
        title: 'No key is revoked',
        text: mayRevoke
          ? 'When a key is stolen or lost, revoke it here: what it signs from then on counts for nothing, and the builds before it stay.'
          : 'When a key is stolen or lost, an engineer revokes it here.',
      }}
      declare={mayRevoke ? { label: 'Revoke a key', form: RevokeKeys } : null}
      remove={
        mayRestore
          ? {
              verb: 'Take back',
              label: 'Take the revocation back',
              consequence:
                'What the key signed since counts again, and builds that were blocked because of it may be verified then. The audit log keeps who revoked it and why.',
              act: restoreKey,
            }
          : null
      }
    />
  )
}
