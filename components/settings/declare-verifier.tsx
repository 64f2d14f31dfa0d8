'use client'
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { declareVerifier } from '#lib/client/verifications.ts'
import { Declaration } from '../identities/declaration.tsx'

/** Names a verifier: how people call it, how its verifications do, and the keys that must have signed them. */
export function DeclareVerifier({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [verifierId, setVerifierId] = useState('')
  return (
    <Declaration
      title="Declare a verifier"
      act="Declare the verifier"
      owner={name}
      ready={name.trim() !== '' && verifierId.trim() !== ''}
      needsKey
      declare={(keys) => declareVerifier({ name: name.trim(), verifierId: verifierId.trim(), keys })}
      onClose={onClose}
      before={
        <>
          <TextInput
            label="Name"
            description="As people call it"
            placeholder="Release gate of the platform team"
            maxLength={200}
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Id in its verifications"
            description="The member verifier.id of its summaries, letter by letter. Witness always writes witness."
            placeholder="https://gate.bank.example"
            maxLength={300}
            required
            classNames={{ input: '!font-mono !text-xs' }}
            value={verifierId}
            onChange={(event) => setVerifierId(event.currentTarget.value)}
          />
        </>
      }
      note="One signature by any of the keys is enough. What was brought in before is checked again. The act is written to the audit log."
    />
  )
}
