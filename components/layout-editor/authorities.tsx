'use client'
import { ActionIcon, Button, FileButton, Textarea } from '@mantine/core'
import { Landmark, Upload, X } from 'lucide-react'
import { useState } from 'react'
import { Digest } from '#components/ui/digest.tsx'
import { utc } from '#components/ui/time-text.ts'
import { FormatError, parseX509Pem } from '#lib/crypto/index.ts'
import { type AuthorityList, type AuthorityView, addAuthority, removeAuthority } from '#lib/layout-draft/index.ts'
import { useEditorStore, useView } from './editor-store.ts'

/** The roots that certificates must lead to, and authorities between; signed with the layout. */
export function Authorities() {
  return (
    <>
      <AuthoritiesOf
        list="rootcas"
        title="Root certificates"
        text="What certificates of steps must lead to. Where Waybill has the trust bundle of a trust domain, a root must be in force there too; without any root here, the bundles alone decide, and other verifiers refuse."
      />
      <AuthoritiesOf
        list="intermediatecas"
        title="Intermediate certificates"
        text="They help to build chains and carry no trust. in-toto-golang needs those that do not come with the links."
      />
    </>
  )
}

function AuthoritiesOf({ list, title, text }: { list: AuthorityList; title: string; text: string }) {
  const store = useEditorStore()
  const view = useView()
  const own = view.authorities.filter((authority) => authority.list === list)
  return (
    <fieldset className="m-0 border-0 p-0">
      <legend className="text-[13px] font-medium">{title}</legend>
      <p className="mb-1 text-xs text-mute">{text}</p>
      <ul className="m-0 list-none p-0">
        {own.map((authority) => (
          <Authority
            key={authority.keyid}
            authority={authority}
            remove={() =>
              store.getState().act('Authority removed', (document) => removeAuthority(document, list, authority.keyid))
            }
          />
        ))}
      </ul>
      <AddAuthority list={list} title={title} />
    </fieldset>
  )
}

function Authority({ authority, remove }: { authority: AuthorityView; remove: () => void }) {
  const { certificate, keyid, problem } = authority
  const name = certificate?.subject || `Authority ${keyid.slice(0, 8)}`
  return (
    <li className="flex items-center gap-2 border-t border-line py-1.5 text-xs first:border-t-0">
      <Landmark size={14} className="shrink-0 text-mute" aria-hidden />
      <span className="min-w-0 flex-1">
        <span className="block font-medium break-words">{name}</span>
        {certificate === null ? (
          <span className="text-fail-text">{problem}</span>
        ) : (
          <span className="block text-mute">
            until {utc(certificate.notAfter.toISOString(), 'day')}, <Digest value={certificate.sha256} />
          </span>
        )}
      </span>
      <ActionIcon size={24} variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={remove}>
        <X size={14} aria-hidden />
      </ActionIcon>
    </li>
  )
}

function AddAuthority({ list, title }: { list: AuthorityList; title: string }) {
  const store = useEditorStore()
  const [pasting, setPasting] = useState(false)
  const [pem, setPem] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const read = (given: string) => {
    try {
      const certificates = parseX509Pem(given)
      const unusable = certificates.find(({ key }) => key === null)
      if (unusable !== undefined) {
        return setProblem(`The key of "${unusable.subject}" is of an unknown kind, or too weak.`)
      }
      store
        .getState()
        .act('Authority added', (document) =>
          certificates.reduce((changed, certificate) => addAuthority(changed, list, certificate), document),
        )
      setProblem(null)
      setPem('')
      setPasting(false)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      setProblem(error.message)
    }
  }
  return (
    <div className="mt-1">
      <div className="flex gap-1.5">
        <Button size="compact-sm" variant="default" onClick={() => setPasting(!pasting)} aria-expanded={pasting}>
          Paste a certificate
        </Button>
        <FileButton
          onChange={(file) => void file?.slice(0, 1_000_000).text().then(read)}
          inputProps={{ 'aria-label': `File of ${title.toLowerCase()}` }}
        >
          {(props) => (
            <Button {...props} size="compact-sm" variant="default" leftSection={<Upload size={13} aria-hidden />}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
      {pasting && (
        <div className="mt-1.5">
          <Textarea
            size="xs"
            label={`${title}, PEM`}
            autosize
            minRows={3}
            maxRows={8}
            value={pem}
            error={problem}
            onChange={(event) => setPem(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Button mt={6} size="compact-sm" disabled={pem.trim() === ''} onClick={() => read(pem)}>
            Add certificate
          </Button>
        </div>
      )}
      {!pasting && problem !== null && (
        <p role="alert" className="mt-1 text-xs text-fail-text">
          {problem}
        </p>
      )}
    </div>
  )
}
