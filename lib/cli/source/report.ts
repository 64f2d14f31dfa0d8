import type { AskAnswer, ProbeAnswer, SourceRow } from '#lib/contract/sources.ts'

/** What testing a connection showed, in words. */
export function probeText(probe: ProbeAnswer): string {
  const ms = `${Math.round(probe.latencyMs)} ms`
  if (!probe.reached) return `not reached (${ms}): ${probe.message}\n`
  const { what, version, entries, notes } = probe
  const name = version === null ? what : `${what} ${version}`
  const count = entries === null ? '' : `, ${entries.exact ? '' : 'at least '}${entries.count} entries`
  return [`reached: ${name}${count}, in ${ms}`, ...notes].map((line) => `${line}\n`).join('')
}

/** A source in some lines: how it goes, what lies there, what is in its way. */
export function sourceText(row: SourceRow): string {
  const { entries, error, caughtUpAt } = row
  const lines = [
    `${row.name}  ${row.state}  ${row.settings.kind} ${placeOf(row.settings)}`,
    `  ${entries.total} ${entries.total === 1 ? 'entry' : 'entries'}: ${countsText(row)}`,
    `  all that was there at ${caughtUpAt ?? '(not yet)'} is listed`,
  ]
  if (row.everySeconds !== null) lines.push(`  looked at every ${row.everySeconds} seconds`)
  if (row.sending !== null) lines.push(`  ${sendingText(row.sending)}`)
  if (row.paused !== null) lines.push(`  paused since ${row.paused.at} by ${row.paused.byName}`)
  else if (error !== null)
    lines.push(`  ${error.code} since ${error.since}, ${error.failures} times in a row: ${error.message}`)
  return `${lines.join('\n')}\n`
}

function placeOf(settings: SourceRow['settings']): string {
  if (settings.kind === 'directory') return settings.folder
  return settings.kind === 'oci' ? [settings.url, ...settings.repositories].join(' ') : settings.url
}

function sendingText(sending: NonNullable<SourceRow['sending']>): string {
  const { waiting, sent, there, refused, unfit } = sending
  const stays =
    unfit === 0 ? '' : `; not sent: ${unfit} ${unfit === 1 ? 'link or layout' : 'links and layouts'}, it takes none`
  return `our own attestations: ${sent} sent, ${there} there already, ${waiting} waiting, ${refused} stay here${stays}`
}

function countsText({ entries }: SourceRow): string {
  const { total: _, ...counts } = entries
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some.length === 0 ? 'none' : some.map(([name, count]) => `${count} ${name}`).join(', ')
}

/** What asking the sources about a digest came to: a line for each, and one for each thing that it named first. */
export function answerText({ sources }: AskAnswer): string {
  if (sources.length === 0) return 'There is no source yet, so nobody was asked.\n'
  const lines = sources.flatMap(({ name, outcome, message, entries, ...counts }) => [
    `${name}  ${outcome === 'asked' ? foundText(counts) : outcome}${message === null ? '' : `: ${message}`}`,
    ...entries.map(
      ({ path, state, fresh, message: why }) => `  ${fresh ? 'new' : state}  ${path}${why === null ? '' : `: ${why}`}`,
    ),
  ])
  return `${lines.join('\n')}\n`
}

function foundText(counts: Pick<AskAnswer['sources'][number], 'found' | 'fresh' | 'known' | 'waiting' | 'outside'>) {
  const { found, fresh, known, waiting, outside } = counts
  if (found === 0) return 'has nothing about it'
  const parts = [
    [fresh, 'new'],
    [known, 'known already'],
    [waiting, 'still coming'],
    [outside, 'did not come in'],
  ] as const
  const some = parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]))
  return `${found} found, ${some.join(', ')}`
}
