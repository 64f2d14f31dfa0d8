import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import type { SignedLink } from './evidence.ts'
import { SIGNED_RUN_MS } from './input.ts'

/** A run that signed bytes name. */
export interface SignedRun {
  readonly openedAt: number
  /**
   * One functionary signed two different links of one step under the id: it may not tell runs apart (a constant, an id
   * per pipeline), so it brings nothing together.
   */
  readonly ambiguous: boolean
}

const LONGEST = 1_000

/** The run id in a signed document: at the first of the paths that leads to a text or a whole number. */
export function signedRunOf(value: JsonObject, paths: readonly (readonly string[])[]): string | null {
  for (const path of paths) {
    const found = path.reduce<JsonValue | undefined>(
      (at, name) => (at instanceof Map ? at.get(name) : undefined),
      path.length === 0 ? undefined : value,
    )
    const id = typeof found === 'bigint' ? String(found) : found
    if (typeof id === 'string' && id.trim() !== '' && id.length <= LONGEST) return id
  }
  return null
}

/** The runs that links name, each with when it was first seen. What another software pushed first opens none. */
export function signedRuns(links: readonly SignedLink[]): Map<string, SignedRun> {
  const runs = new Map<string, SignedRun>()
  for (const [id, members] of Map.groupBy(
    links.filter(({ foreign }) => !foreign),
    ({ run }) => run,
  )) {
    if (id === null) continue
    const openedAt = Math.min(...members.map(({ firstSeen }) => firstSeen))
    const inTime = members.filter(({ firstSeen }) => firstSeen < openedAt + SIGNED_RUN_MS)
    const perSigner = Map.groupBy(inTime, ({ step, identity }) => JSON.stringify([step, identity]))
    const ambiguous = [...perSigner.values()].some(
      (same) => new Set(same.map(({ signedSha256 }) => signedSha256)).size > 1,
    )
    runs.set(id, { openedAt, ambiguous })
  }
  return runs
}

/** Whether the run that a link names holds it together with others, wherever they were brought. */
export function isJoined(
  { run, foreign, firstSeen }: Pick<SignedLink, 'run' | 'foreign' | 'firstSeen'>,
  runs: ReadonlyMap<string, SignedRun>,
): boolean {
  const found = run === null ? undefined : runs.get(run)
  return found !== undefined && !found.ambiguous && !foreign && firstSeen < found.openedAt + SIGNED_RUN_MS
}
