import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { SourceFields } from './source-form.ts'

export interface FieldsProps {
  readonly fields: SourceFields
  readonly change: (fields: Partial<SourceFields>) => void
  readonly faultOf: (field: string) => string | undefined
}

/** What an OCI registry is asked for. */
export function RegistryFields({ fields, change, faultOf }: FieldsProps) {
  return (
    <Textarea
      label="Repositories"
      description="One a line, such as payments/api. payments/* takes all below, where the registry tells its list"
      autosize
      minRows={2}
      maxRows={10}
      value={fields.repositories}
      onChange={(event) => change({ repositories: event.currentTarget.value })}
      error={faultOf('repositories')}
      classNames={{ input: 'font-mono' }}
      spellCheck={false}
    />
  )
}

/** As whom a registry lets Waybill in. */
export function UserField({ fields, change, faultOf }: FieldsProps) {
  return (
    <TextInput
      label="User"
      description="Empty where none is needed, or where the secret is a token by itself"
      value={fields.user}
      maxLength={200}
      onChange={(event) => change({ user: event.currentTarget.value })}
      error={faultOf('user')}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

/** How an Archivista, and a proxy in front of it, is asked; and whether it gets what came to Waybill itself. */
export function ArchivistaFields({ fields, change, faultOf }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Header that carries it"
        value={fields.header}
        maxLength={64}
        onChange={(event) => change({ header: event.currentTarget.value })}
        error={faultOf('header')}
        spellCheck={false}
      />
      <Checkbox
        label="Send it the attestations that came to Waybill itself"
        description="What was pushed or brought in here, in DSSE, lies there then, too. It takes no classic links and layouts, and no attestation with more than 16,383 subjects or digests: the page of the source says which stayed here."
        checked={fields.send}
        onChange={(event) => change({ send: event.currentTarget.checked })}
      />
      <details open={fields.headers !== '' || fields.paths !== 'v1' || faultOf('headers') !== undefined}>
        <summary className="cursor-pointer text-[13px] text-mute">Proxy in front of it</summary>
        <div className="mt-2 grid gap-3">
          <Textarea
            label="Further headers"
            description="One a line: the header, a colon, and the name of the secret that it carries, such as X-Team: team-key"
            autosize
            minRows={1}
            value={fields.headers}
            onChange={(event) => change({ headers: event.currentTarget.value })}
            error={faultOf('headers')}
            classNames={{ input: 'font-mono' }}
            spellCheck={false}
          />
          <NativeSelect
            label="Paths"
            data={[
              { value: 'v1', label: '/v1/query, as Archivista has them' },
              { value: 'unversioned', label: '/query, without a version' },
            ]}
            value={fields.paths}
            onChange={(event) => change({ paths: event.currentTarget.value === 'v1' ? 'v1' : 'unversioned' })}
          />
        </div>
      </details>
    </>
  )
}

/** Where a registry's tokens come from, if not from itself. */
function TokenServerField({ fields, change, faultOf }: FieldsProps) {
  return (
    <TextInput
      label="Token server"
      description="Only where the registry sends to another host for tokens, such as https://auth.docker.io. The secret kept for that host goes there, and nowhere else."
      value={fields.tokenServer}
      maxLength={500}
      onChange={(event) => change({ tokenServer: event.currentTarget.value })}
      error={faultOf('tokenServer')}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

const certificates = [
  ['ca', 'Authorities of the server', 'PEM, besides those of the system'],
  ['clientCertificate', 'Client certificate', 'PEM with its chain, where the server asks for one'],
  ['clientKey', 'Key of the client certificate', 'PEM'],
] as const

/**
 * How a server is trusted and how it knows Waybill, beyond a secret: names of secrets that hold PEM, and where a registry
 * sends for tokens. Closed unless one is filled in.
 */
export function CertificateFields({ fields, change, faultOf }: FieldsProps) {
  const registry = fields.kind === 'oci'
  const names = ['ca', 'clientCertificate', 'clientKey', ...(registry ? (['tokenServer'] as const) : [])] as const
  return (
    <details open={names.some((name) => fields[name] !== '' || faultOf(name) !== undefined)}>
      <summary className="cursor-pointer text-[13px] text-mute">
        {registry ? 'Token server and certificates' : 'Certificates'}
      </summary>
      <div className="mt-2 grid gap-3">
        {registry && <TokenServerField fields={fields} change={change} faultOf={faultOf} />}
        {certificates.map(([field, label, holds]) => (
          <TextInput
            key={field}
            label={label}
            description={`Name of the secret that holds it: ${holds}`}
            value={fields[field]}
            maxLength={64}
            onChange={(event) => change({ [field]: event.currentTarget.value })}
            error={faultOf(field)}
            spellCheck={false}
            autoComplete="off"
          />
        ))}
      </div>
    </details>
  )
}
