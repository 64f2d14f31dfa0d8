import type { VerificationRow } from '#lib/contract/verifications.ts'
import { anyVerificationAbout } from './any-about.ts'
import { verificationRows, type Wanted } from './rows.ts'

/**
 * The verifications that tell most, for a page with room for so many: failures that a declared verifier signed come
 * first, whatever else was brought in; claims of nobody, of which anybody can bring any number, come last.
 */
export async function tellingRows(
  wanted: { readonly about?: NonNullable<Wanted['about']>; readonly show?: 'standing' },
  take: number,
): Promise<VerificationRow[]> {
  if (wanted.about !== undefined && !(await anyVerificationAbout(wanted.about))) return []
  const shows = wanted.show === 'standing' ? (['standing'] as const) : (['standing', 'all'] as const)
  const asked = (['declared', 'unverified'] as const).flatMap((signature) => shows.map((show) => ({ signature, show })))
  const found = await Promise.all(asked.map((one) => verificationRows({ ...wanted, ...one }, take)))
  const rows = new Map(found.flat().map(({ row }) => [`${row.envelope} ${row.index}`, row]))
  return [...rows.values()].slice(0, take)
}
