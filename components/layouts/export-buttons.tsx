'use client'
import { Button } from '@mantine/core'
import { Download, KeyRound } from 'lucide-react'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { exportUrl, signerKeyUrl } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'

/** Whether everyone needed has signed a form of the envelope; then it is a layout for in-toto's tools. */
export function isSigned(version: LayoutVersion, form: 'metablock' | 'dsse'): boolean {
  const signers = version.signatures.filter((signature) => signature[form]).map(({ fingerprint }) => fingerprint)
  if (signers.length === 0) return false
  if (version.software === null) return true
  return version.needed.length > 0 && version.needed.every(({ fingerprint }) => signers.includes(fingerprint))
}

/** Files for in-toto's own tools: the signed layout in both forms, and the public keys to verify it with. */
export function ExportButtons({ version }: { version: LayoutVersion }) {
  const metablock = isSigned(version, 'metablock')
  const dsse = isSigned(version, 'dsse')
  if (!metablock && !dsse) {
    return (
      <p className="text-[13px] text-mute">
        The signed files can be downloaded here as soon as everyone needed has signed.
      </p>
    )
  }
  const name = version.name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '') || 'layout'
  const keys = version.signatures.map(({ keyid }) => `${keyid.slice(0, 8)}.pub`)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        {metablock && (
          <Button
            component="a"
            href={exportUrl(version.id, 'metablock')}
            download={`${name}.layout`}
            variant="default"
            leftSection={<Download size={15} aria-hidden />}
          >
            Metablock, {name}.layout
          </Button>
        )}
        {dsse && (
          <Button
            component="a"
            href={exportUrl(version.id, 'dsse')}
            download={`${name}.dsse.json`}
            variant="default"
            leftSection={<Download size={15} aria-hidden />}
          >
            DSSE, {name}.dsse.json
          </Button>
        )}
        {version.signatures.map(({ fingerprint, keyid, name: signer }) => (
          <Button
            key={fingerprint}
            component="a"
            href={signerKeyUrl(version.id, fingerprint)}
            download={`${keyid.slice(0, 8)}.pub`}
            variant="subtle"
            leftSection={<KeyRound size={15} aria-hidden />}
          >
            Public key {keyid.slice(0, 8)} ({signer})
          </Button>
        ))}
      </div>
      {metablock && (
        <CodeBlock
          label="Command that verifies with in-toto"
          code={`in-toto-verify --layout ${name}.layout --layout-keys ${keys.join(' ')} --link-dir .`}
        />
      )}
    </div>
  )
}
