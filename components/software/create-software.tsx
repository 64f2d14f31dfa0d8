'use client'
import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { createSoftware } from '#lib/client/software.ts'

export function CreateSoftware({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const router = useRouter()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: createSoftware,
    onSuccess: async ({ slug }) => {
      await client.invalidateQueries({ queryKey: ['software'] })
      router.push(`/software/${slug}`)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '') create.mutate(name.trim())
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Create software">
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          description="As its team says it, such as payments-core"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
          error={create.error?.message}
          data-autofocus
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Create
          </Button>
        </div>
      </form>
    </Modal>
  )
}
