'use client'
import { TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { declareFunctionary } from '#lib/client/functionaries.ts'
import { identitiesQuery } from '#lib/client/identities.ts'
import { Declaration } from './declaration.tsx'

/** Says by which keys and SPIFFE IDs one person or workload signs. */
export function DeclareFunctionary({ onClose }: { onClose: () => void }) {
  const { data: identities } = useQuery(identitiesQuery())
  const [name, setName] = useState('')
  const [spiffeIds, setSpiffeIds] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const workloads = (identities?.certificates ?? []).flatMap(({ spiffeId, isCa }) =>
    spiffeId === null || isCa ? [] : [spiffeId],
  )
  return (
    <Declaration
      title="Declare a functionary"
      act="Declare"
      owner={name}
      ready
      needsKey={false}
      declare={(keys) => declareFunctionary({ name: name.trim(), keys, spiffeIds, reason: reason.trim() })}
      onClose={onClose}
      before={
        <TextInput
          label="Name"
          description="The person or workload, as people call it"
          placeholder="Mira Novak, payments lead"
          maxLength={200}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      }
      after={
        <>
          <TagsInput
            label="SPIFFE IDs"
            description="Of its SVIDs, letter by letter; Enter after each"
            placeholder={spiffeIds.length === 0 ? 'spiffe://prod.bank.example/people/mira' : ''}
            data={[...new Set(workloads)].sort()}
            splitChars={[',', ' ', '\n']}
            acceptValueOnBlur
            value={spiffeIds}
            onChange={setSpiffeIds}
          />
          <TextInput
            label="Why, and how you know"
            placeholder="Both were handed to her by the identity team, ticket IAM-1234"
            maxLength={1000}
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      }
      note="From now on these count once for every threshold. Every build is judged again, and the act is written to the audit log."
    />
  )
}
