import type { VerificationRow } from '#lib/contract/verifications.ts'
import { Card } from '../ui/card.tsx'
import { VerificationItem } from './verification-item.tsx'

/** What others decided, failures that stand first. Nothing where nobody did. `document`: on the page of the document itself. */
export function VerificationsCard({
  rows,
  document = false,
}: {
  rows: readonly VerificationRow[]
  document?: boolean
}) {
  if (rows.length === 0) return null
  const sorted = [...rows.filter(({ standing }) => standing), ...rows.filter(({ standing }) => !standing)]
  return (
    <Card title="Decided elsewhere" aside="beside the verdict, never part of it" flush>
      <ul className="list-none">
        {sorted.map((row) => (
          <VerificationItem key={`${row.envelope} ${row.index}`} row={row} about={document} here={document} />
        ))}
      </ul>
    </Card>
  )
}
