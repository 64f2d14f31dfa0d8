import Link from 'next/link'
import type { SourceRow } from '#lib/contract/sources.ts'
import { Card } from '../ui/card.tsx'

/** At most so many are counted. */
const MOST_UNFIT = 10_000

/** Why none is counted: what is to be sent is only noted while the source answers. */
const noneText: Readonly<Record<SourceRow['state'], string>> = {
  new: 'Which are to be sent is found out first.',
  syncing: 'None is to be sent so far.',
  behind: 'None is to be sent so far.',
  'up-to-date': 'None that it takes came to Waybill itself yet.',
  failing: 'None was sent: it does not answer as it should. They are sent once it does.',
  paused: 'None was sent before it was paused. They are sent once it is resumed.',
}

/** What became of the attestations that came to Waybill itself and go to this source, and why some stay here. */
export function Sending({ sending, state }: { sending: NonNullable<SourceRow['sending']>; state: SourceRow['state'] }) {
  const { waiting, sent, there, refused, unfit, problems } = sending
  const counts = [
    [sent, 'sent'],
    [there, 'there already'],
    [waiting, 'waiting'],
    [refused, refused === 1 ? 'stays here' : 'stay here'],
  ] as const
  const some = counts.filter(([count]) => count > 0)
  return (
    <Card title="Our own attestations">
      <p className="tnum text-[13px]">
        {some.length === 0
          ? noneText[state]
          : `${some.map(([count, word]) => `${count.toLocaleString('en')} ${word}`).join(', ')}.`}
      </p>
      {unfit > 0 && (
        <p className="mt-2 text-[13px] text-mute">
          {unfit >= MOST_UNFIT ? 'More than ' : ''}
          {unfit.toLocaleString('en')} {unfit === 1 ? 'link or layout is' : 'links and layouts are'} not sent:
          Archivista takes attestations in DSSE only, no classic links and layouts, and none without a predicate type.{' '}
          {unfit === 1 ? 'It is' : 'They are'} kept here.
        </p>
      )}
      {problems.length > 0 && (
        <ul className="mt-3 grid gap-2 text-[13px]">
          {problems.map(({ sha256, message, refused: stays }) => (
            <li key={sha256} className="break-words">
              <Link className="wb-link font-mono" href={`/sources/envelopes/${sha256}`}>
                {sha256.slice(0, 12)}
              </Link>{' '}
              {message} {!stays && 'It is sent again later.'}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
