import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { LayoutVersion } from '#lib/contract/layouts.ts'

type Facts = Pick<LayoutVersion, 'state' | 'needed' | 'signatures' | 'expires' | 'software'>

/** `1 of 2`: signatures of those who are needed; without a software simply how many. */
export function signedCount({ needed, signatures, software }: Facts): string {
  if (software === null) return signatures.length === 1 ? '1 signature' : `${signatures.length} signatures`
  return `${needed.filter(({ signed }) => signed).length} of ${needed.length}`
}

/** What a version is good for now, in a word. */
export function VersionState({ version, now }: { version: Facts; now: number }) {
  if (Date.parse(version.expires) <= now) return <StatusBadge state="expired" />
  switch (version.state) {
    case 'in-force':
      return <StatusBadge state="verified" label="In force" />
    case 'ready':
      return <StatusBadge state="verified" label="Signed" />
    case 'retired':
      return <StatusBadge state="not-verified" label="Retired" />
    case 'waiting':
      return <StatusBadge state="warning" label={version.signatures.length === 0 ? 'Not signed' : 'Partly signed'} />
  }
}
