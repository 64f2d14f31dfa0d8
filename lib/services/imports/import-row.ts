import { fateSchema, type Import, type ImportFile, importFileSchema } from '#lib/contract/evidence.ts'
import { hex } from './store/envelopes.ts'

/** How many files had which fate. */
export function countsOf(files: readonly Pick<ImportFile, 'fate'>[]): Import['counts'] {
  const counts = noCounts()
  for (const { fate } of files) counts[fate]++
  return counts
}

export function noCounts(): Import['counts'] {
  return { stored: 0, known: 0, quarantined: 0, refused: 0, listed: 0 }
}

const viaSchema = ['page', 'cli', 'api', 'demo', 'source'] as const

/** An import without its files, as the contract says it. */
export function importHead(row: {
  id: string
  at: Date
  actorName: string
  via: string
  title: string
  demo: boolean
}) {
  const { id, at, actorName, title, demo } = row
  const via = viaSchema.find((known) => known === row.via) ?? 'api'
  return { id, at: at.toISOString(), actorName, via, title, demo }
}

/** A stored row, checked: what the database holds is parsed like any other input. */
export function fileRow(row: {
  index: number
  path: string
  size: number
  sha256: Uint8Array | null
  kind: string
  fate: string
  code: string | null
  message: string | null
  place: string | null
}): ImportFile {
  const { sha256, index, path, size, kind, fate, code, message, place } = row
  const digest = sha256 === null ? null : hex(sha256)
  return importFileSchema.parse({
    index,
    path,
    size,
    kind,
    fate: fateSchema.parse(fate),
    code,
    message,
    place,
    sha256: digest,
  })
}
