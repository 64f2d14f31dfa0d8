import {
  FileCheck2,
  Inbox,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Package,
  PackageSearch,
  Settings,
  Workflow,
} from 'lucide-react'

export interface Place {
  readonly href: string
  readonly label: string
  readonly icon: LucideIcon
  /** the letter after G that leads there */
  readonly key: string
  /** only for those who may */
  readonly right: string | null
}

export const places: readonly Place[] = [
  { href: '/', label: 'Posture', icon: LayoutDashboard, key: 'p', right: null },
  { href: '/builds', label: 'Builds', icon: PackageSearch, key: 'b', right: null },
  { href: '/software', label: 'Software', icon: Package, key: 's', right: null },
  { href: '/layouts', label: 'Layouts', icon: Workflow, key: 'l', right: null },
  { href: '/identities', label: 'Identities', icon: KeyRound, key: 'i', right: null },
  { href: '/sources', label: 'Sources', icon: Inbox, key: 'e', right: null },
  { href: '/audit', label: 'Audit', icon: FileCheck2, key: 'a', right: 'audit:read' },
  { href: '/settings', label: 'Settings', icon: Settings, key: 't', right: null },
]

/** `/builds/x` belongs to Builds; only `/` itself to Posture. */
export const isAt = (path: string, href: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
