import type { SourceEntryQuery, SourceRow } from '#lib/contract/sources.ts'

/** Why nothing is shown. What lies there now is only known of a source that was listed whole, and answers. */
export function nothingText(
  show: SourceEntryQuery['show'],
  { state, entries }: Pick<SourceRow, 'state' | 'entries'>,
): string {
  if (show === 'waiting') return 'Nothing waits to be fetched.'
  if (entries.total === 0)
    return state === 'up-to-date' ? 'Nothing lies there that Waybill reads.' : 'Nothing was listed yet.'
  if (show === 'all') return 'Nothing was listed yet.'
  if (show === 'vanished')
    return state === 'up-to-date'
      ? 'Nothing that was there has disappeared.'
      : 'Nothing had disappeared when it was last listed.'
  if (state === 'up-to-date') return 'Everything that lies there came in.'
  if (entries.waiting > 0) return 'Nothing has failed to come in so far.'
  return 'Everything that was listed so far came in.'
}
