import type { Metadata } from 'next'
import { AuditPage } from '#components/audit/audit-page.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { requireRight } from '#lib/auth/rights.ts'

export const metadata: Metadata = { title: 'Audit' }

export default async function Page() {
  requireRight(await requirePageActor(), 'audit:read')
  return <AuditPage />
}
