import type { SoftwareDetail } from '#lib/contract/software.ts'
import type { ShownState } from '../ui/states.ts'

export interface BadgeLook {
  readonly state: ShownState
  readonly label: string
}

/** "1 of 2", and who is waited for. Only owner keys count; without any, nothing can be complete. */
export function signState(
  { missing, signedBy }: Pick<SoftwareDetail['versions'][number], 'missing' | 'signedBy'>,
  owners: number,
): { text: string; waiting: string | null } {
  if (owners === 0) {
    const n = signedBy.length
    return {
      text: n === 0 ? 'unsigned' : `${n} ${n === 1 ? 'signature' : 'signatures'}`,
      waiting: 'no owner keys are set',
    }
  }
  const names = missing.map((key) => key.name)
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return {
    text: `${owners - missing.length} of ${owners}`,
    waiting: names.length === 0 ? null : `waiting for ${shown.join(', ')}`,
  }
}
