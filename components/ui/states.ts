import {
  CircleCheck,
  CircleDashed,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
} from 'lucide-react'

export type ShownState = 'verified' | 'blocked' | 'expired' | 'not-verified' | 'running' | 'warning'

/** One source: word, icon with a silhouette of its own, and colour, so that no state is told by colour alone. */
export const states: Readonly<
  Record<ShownState, { label: string; icon: LucideIcon; badge: string; fill: string; text: string }>
> = {
  verified: {
    label: 'Verified',
    icon: CircleCheck,
    badge: 'bg-pass-tint text-pass-text',
    fill: 'var(--wb-pass-fill)',
    text: 'text-pass-text',
  },
  blocked: {
    label: 'Blocked',
    icon: OctagonX,
    badge: 'bg-fail-tint text-fail-text',
    fill: 'var(--wb-fail-fill)',
    text: 'text-fail-text',
  },
  warning: {
    label: 'Warning',
    icon: TriangleAlert,
    badge: 'bg-warn-tint text-warn-text',
    fill: 'var(--wb-warn-fill)',
    text: 'text-warn-text',
  },
  expired: {
    label: 'Expired',
    icon: Hourglass,
    badge: 'bg-expired-tint text-expired-text',
    fill: 'var(--wb-expired-fill)',
    text: 'text-expired-text',
  },
  'not-verified': {
    label: 'Not verified',
    icon: CircleDashed,
    badge: 'bg-unverified-tint text-unverified-text',
    fill: 'var(--wb-unverified-fill)',
    text: 'text-unverified-text',
  },
  running: {
    label: 'Running',
    icon: LoaderCircle,
    badge: 'bg-running-tint text-running-text',
    fill: 'var(--wb-running-fill)',
    text: 'text-running-text',
  },
}
