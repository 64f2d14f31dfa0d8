import type { VerificationRow } from '#lib/contract/verifications.ts'
import { Card } from '../ui/card.tsx'
import { VerificationItem } from './verification-item.tsx'

/** What others decided, failures that stand first. Nothing where nobody did. */
export function VerificationsCard({ rows }: { rows: readonly VerificationRow[] }) {
  if (rows.length === 0) return null
  const sorted = [...rows.filter(({ standing }) => standing), ...rows.filter(({ standing }) => !standing)]
  return (
    <Card title="Decided elsewhere" aside="beside the verdict, never part of it" flush>
      <ul className="list-none">
        {sorted.map((row) => (
          <VerificationItem key={`${row.envelope} ${row.index}`} row={row} />
        ))}
      </ul>
    </Card>
  )
}
