'use client'
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { revokeKeys } from '#lib/client/revoked-keys.ts'
import { SinceField, sinceOf } from '../settings/since-field.tsx'
import { Declaration } from './declaration.tsx'

/** Says that from a moment on keys are not their owners' alone. */
export function RevokeKeys({ onClose }: { onClose: () => void }) {
  const [since, setSince] = useState('')
  const [reason, setReason] = useState('')
  const isTime = since.trim() === '' || sinceOf(since) !== null
  return (
    <Declaration
      title="Revoke a key"
      act="Revoke"
      owner="a revoked identity"
      ready={isTime && reason.trim() !== ''}
      needsKey
      declare={(keys) => revokeKeys({ keys, at: sinceOf(since), reason: reason.trim() })}
      onClose={onClose}
      before={null}
      after={
        <>
          <SinceField
            label="From when on"
            description="In UTC: when it may have been stolen first. Empty: from now on. An earlier time takes more evidence away"
            value={since}
            onChange={setSince}
          />
          <TextInput
            label="Why"
            placeholder="Laptop stolen at the airport, ticket SEC-1234"
            maxLength={1000}
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      }
      note="Every build is judged again at once. Builds whose evidence the key signed since are blocked; those from before stay. The act is written to the audit log."
    />
  )
}
