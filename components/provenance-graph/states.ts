import {
  CircleCheck,
  CircleDashed,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
} from 'lucide-react'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'

export type GraphState = ProvenanceGraph['nodes'][number]['state']
/** The words of `StatusBadge`. */
export type BadgeState = 'verified' | 'blocked' | 'warning' | 'expired' | 'not-verified' | 'running'

interface Look {
  readonly word: string
  readonly badge: BadgeState
  readonly icon: LucideIcon
  /** for dots and lines */
  readonly fill: string
  readonly text: string
  readonly dash: string | undefined
}

/** One table: word, shape, colour and dash, so that no state is told by colour alone. */
export const LOOK: Readonly<Record<GraphState, Look>> = {
  pass: {
    word: 'Verified',
    badge: 'verified',
    icon: CircleCheck,
    fill: 'var(--wb-pass-fill)',
    text: 'var(--wb-pass-text)',
    dash: undefined,
  },
  fail: {
    word: 'Blocked',
    badge: 'blocked',
    icon: OctagonX,
    fill: 'var(--wb-fail-fill)',
    text: 'var(--wb-fail-text)',
    dash: undefined,
  },
  warn: {
    word: 'Warning',
    badge: 'warning',
    icon: TriangleAlert,
    fill: 'var(--wb-warn-fill)',
    text: 'var(--wb-warn-text)',
    dash: undefined,
  },
  expired: {
    word: 'Expired',
    badge: 'expired',
    icon: Hourglass,
    fill: 'var(--wb-expired-fill)',
    text: 'var(--wb-expired-text)',
    dash: '8 3 2 3',
  },
  unverified: {
    word: 'Not verified',
    badge: 'not-verified',
    icon: CircleDashed,
    fill: 'var(--wb-unverified-fill)',
    text: 'var(--wb-unverified-text)',
    dash: '5 4',
  },
  running: {
    word: 'Running',
    badge: 'running',
    icon: LoaderCircle,
    fill: 'var(--wb-running-fill)',
    text: 'var(--wb-running-text)',
    dash: '2 4',
  },
}
