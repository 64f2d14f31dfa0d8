import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { LOOK } from './states.ts'

interface ListProps {
  readonly graph: ProvenanceGraph
  readonly selected: string | null
  readonly onSelect: (id: string) => void
}

/** The same nodes and edges as the drawing, as a table in flow order: same selection, same address. */
export function ListView({ graph, selected, onSelect }: ListProps) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  return (
    <div className="h-full overflow-auto">
      <table className="w-full border-collapse text-left text-[13px]" aria-label="Provenance, in flow order">
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="text-xs text-mute shadow-[inset_0_-1px_0_var(--wb-line)]">
            <th scope="col" className="px-4 py-2 font-medium">
              Step
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              Result
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium sm:table-cell">
              Takes from
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              Gives to
            </th>
          </tr>
        </thead>
        <tbody>
          {graph.order.map((id) => {
            const node = nodes.get(id)
            if (node === undefined) return null
            const open = id === selected
            return (
              <tr key={id} className={`border-t border-line align-top ${open ? 'bg-running-tint' : 'hover:bg-page'}`}>
                <th scope="row" className="px-4 py-2 font-normal">
                  <button
                    type="button"
                    onClick={() => onSelect(id)}
                    aria-pressed={open}
                    className="min-h-6 cursor-pointer text-left font-medium break-all text-ink underline-offset-2 hover:underline"
                  >
                    {node.label}
                  </button>
                  <div className="text-xs text-mute">{node.detail}</div>
                  {node.members !== undefined && (
                    <div className="mt-1 text-xs text-mute">
                      {node.members.map((member) => `${member.label} (${LOOK[member.state].word})`).join(', ')}
                    </div>
                  )}
                  {graph.edges.some((edge) => edge.target === id) && (
                    <div className="mt-1 text-xs sm:hidden">
                      <span className="text-mute">takes from</span>
                      <Ends graph={graph} id={id} side="target" />
                    </div>
                  )}
                </th>
                <td className="px-2 py-2">
                  <StatusBadge state={LOOK[node.state].badge} />
                </td>
                <td className="hidden px-2 py-2 sm:table-cell">
                  <Ends graph={graph} id={id} side="target" />
                </td>
                <td className="hidden px-2 py-2 md:table-cell">
                  <Ends graph={graph} id={id} side="source" />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** The edges at one side of a node, each with what it says. */
function Ends({ graph, id, side }: { graph: ProvenanceGraph; id: string; side: 'source' | 'target' }) {
  const labels = new Map(graph.nodes.map((node) => [node.id, node.label]))
  const edges = graph.edges.filter((edge) => edge[side] === id)
  if (edges.length === 0) return <span className="text-mute">{side === 'target' ? 'Nothing' : 'Nobody'}</span>
  return (
    <ul className="m-0 list-none p-0">
      {edges.map((edge) => {
        const look = LOOK[edge.state]
        const other = edge[side === 'source' ? 'target' : 'source']
        return (
          <li key={edge.id} className="flex items-start gap-1">
            <look.icon
              size={13}
              strokeWidth={2.25}
              role="img"
              aria-label={look.word}
              className="mt-[3px] shrink-0"
              style={{ color: look.fill }}
            />
            <span>
              {labels.get(other) ?? other}{' '}
              <span style={{ color: edge.state === 'pass' ? 'var(--wb-mute)' : look.text }}>({edge.label})</span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
