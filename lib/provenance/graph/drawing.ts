import type { ProvenanceGraph } from '#lib/contract/builds.ts'

export type State = ProvenanceGraph['nodes'][number]['state']

/** A node before it has a place. */
export type DrawnNode = Omit<ProvenanceGraph['nodes'][number], 'x' | 'y'>
/** An edge before it has a route. */
export type DrawnEdge = Omit<ProvenanceGraph['edges'][number], 'points' | 'labelAt'>

export interface Drawing {
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
  /** edges and nodes in the order in which problems are walked */
  readonly problems: readonly string[]
  /** node ids in flow order */
  readonly order: readonly string[]
}

export const NODE = { width: 204, height: 60 } as const

export const edgeId = (source: string, target: string): string => `${source}>${target}`
export const fileNodeId = (path: string): string => `file:${path}`
export const inspectionNodeId = (name: string): string => `inspection:${name}`

/** Labels are drawn where something is to be said; a verified edge says its count when it is pointed at. */
export const isLabelled = (edge: Pick<DrawnEdge, 'state'>): boolean => edge.state === 'fail' || edge.state === 'warn'
