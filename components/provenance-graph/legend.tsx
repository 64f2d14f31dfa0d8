import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { type GraphState, LOOK } from './states.ts'

const ORDER: readonly GraphState[] = ['pass', 'fail', 'warn', 'expired', 'unverified', 'running']

/** The states that occur in this drawing, each with word and shape. */
export function Legend({ graph }: { graph: ProvenanceGraph }) {
  const found = new Set([...graph.nodes, ...graph.edges].map((one) => one.state))
  return (
    <ul
      aria-label="Legend"
      className="m-0 flex list-none flex-wrap gap-3 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs text-mute"
    >
      {ORDER.filter((state) => found.has(state)).map((state) => {
        const look = LOOK[state]
        return (
          <li key={state} className="inline-flex items-center gap-1">
            <look.icon size={13} strokeWidth={2.25} style={{ color: look.fill }} aria-hidden />
            {look.word}
          </li>
        )
      })}
    </ul>
  )
}
