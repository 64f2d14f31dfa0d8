import { parseAsStringLiteral } from 'nuqs/server'

/** The filter of the verifications as it stands in the address: `?show=standing&signature=declared`. */
export const verificationsFilter = {
  show: parseAsStringLiteral(['standing', 'failed', 'passed', 'all'] as const).withDefault('standing'),
  signature: parseAsStringLiteral(['declared', 'unverified'] as const),
}
