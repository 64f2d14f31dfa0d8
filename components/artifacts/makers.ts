import type { ArtifactOrigins } from '#lib/contract/evidence.ts'

type Entry = ArtifactOrigins['levels'][number][number]

/** Evidence that lists a file as made, and how far it is from the one that was asked for: 1 is nearest. */
export interface Maker extends Entry {
  readonly level: number
}

/**
 * Who made what, nearest first. A statement that names neither a step nor materials speaks of a file, as a verification
 * or an SBOM does, and made none.
 */
export function makersOf({ levels }: Pick<ArtifactOrigins, 'levels'>): Maker[] {
  return levels.flatMap((entries, index) =>
    entries
      .filter(({ step, took }) => step !== null || took.length > 0)
      .map((entry) => ({ ...entry, level: index + 1 })),
  )
}

/** Files that were used and that nothing in the levels made: where the trail ends. Each digest once. */
export function unmadeOf(origins: Pick<ArtifactOrigins, 'levels'>): Entry['took'] {
  const makers = makersOf(origins)
  const nameOf = ({ algo, digest }: Entry['took'][number]) => `${algo}:${digest}`
  const made = new Set(makers.flatMap((maker) => maker.made.map(nameOf)))
  const used = new Map(makers.flatMap((maker) => maker.took.map((file) => [nameOf(file), file] as const)))
  return [...used].filter(([name]) => !made.has(name)).map(([, file]) => file)
}
