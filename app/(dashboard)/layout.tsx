import type { ReactNode } from 'react'
import { Shell } from '#components/shell/shell.tsx'
import { requirePageActor } from '#lib/auth/page-actor.ts'
import { whoAmI } from '#lib/services/access/who-am-i.ts'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const me = await whoAmI(await requirePageActor())
  return <Shell me={me}>{children}</Shell>
}
