import type { ReactNode } from 'react'
import { Shell } from '#components/shell/shell.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { whoAmI } from '#lib/services/access/who-am-i.ts'
import { hasDemo } from '#lib/services/demo/has-demo.ts'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const actor = await requirePageActor()
  const [me, demo] = await Promise.all([whoAmI(actor), hasDemo(actor)])
  return (
    <Shell me={me} demo={demo}>
      {children}
    </Shell>
  )
}
