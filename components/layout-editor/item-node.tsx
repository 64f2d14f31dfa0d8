import { OctagonX, ScanSearch, ScrollText, TriangleAlert, Users } from 'lucide-react'
import { memo } from 'react'
import { Handle, type NodeProps, Position } from 'reactflow'
import type { ItemNode as FlowNode } from './flow.ts'

/** Drawn 12 px large, hit within 24: the transparent border belongs to the port. */
const PORT =
  '!h-6 !w-6 !border-0 !bg-transparent after:absolute after:inset-[6px] after:border-2 after:border-surface after:bg-accent after:content-[""]'
const SMALL =
  '!h-6 !w-6 !border-0 !bg-transparent after:absolute after:inset-[8px] after:border after:border-accent after:bg-surface after:content-[""]'
const SQUARE = 'after:rounded-[2px]'
const CIRCLE = 'after:rounded-full'

/** A step or an inspection. Square ports are materials, round ones products; left goes in, right comes out. */
export const ItemNode = memo(function ItemNode({ data, selected }: NodeProps<FlowNode>) {
  const { item, who, needed, errors, warnings } = data
  const Icon = item.kind === 'step' ? ScrollText : ScanSearch
  const frame = selected ? 'border-accent ring-1 ring-accent' : errors > 0 ? 'border-fail' : 'border-line'
  return (
    <div
      className={`size-full rounded-lg border bg-surface text-ink ${item.kind === 'inspection' ? 'border-dashed' : ''} ${frame}`}
    >
      <div className="flex items-center gap-2 border-b border-line px-3 py-2">
        <Icon size={15} className="shrink-0 text-mute" aria-hidden />
        <span className="min-w-0 flex-1 truncate text-[13px] font-medium">{item.name || 'without a name'}</span>
        {errors > 0 && <OctagonX size={15} className="text-fail-text" aria-label={`${errors} problems`} />}
        {errors === 0 && warnings > 0 && (
          <TriangleAlert size={15} className="text-warn-text" aria-label={`${warnings} warnings`} />
        )}
      </div>
      <div className="flex items-center gap-1.5 px-3 pt-2 text-[11px] leading-4 text-mute">
        {item.kind === 'step' && <Users size={12} className="shrink-0" aria-hidden />}
        <span className={`min-w-0 flex-1 truncate ${item.kind === 'step' ? '' : 'font-mono'}`}>{who}</span>
        {needed !== '' && <span className="tnum shrink-0">{needed}</span>}
      </div>
      <div className="flex justify-between px-3 pt-1.5 text-[11px] leading-4 text-mute">
        <span>
          materials <span className="tnum">{item.materials.length}</span>
        </span>
        <span>
          products <span className="tnum">{item.products.length}</span>
        </span>
      </div>
      <Port id="in-materials" side="left" look={`${PORT} ${SQUARE}`} top={50} label={`materials of ${item.name}`} />
      <Port id="out-products" side="right" look={`${PORT} ${CIRCLE}`} top={50} label={`products of ${item.name}`} />
      <Port
        id="in-products"
        side="left"
        look={`${SMALL} ${CIRCLE}`}
        top={80}
        label={`check products of ${item.name}`}
      />
      <Port
        id="out-materials"
        side="right"
        look={`${SMALL} ${SQUARE}`}
        top={80}
        label={`materials of ${item.name} as source`}
      />
    </div>
  )
})

function Port({
  id,
  side,
  look,
  top,
  label,
}: {
  id: string
  side: 'left' | 'right'
  look: string
  top: number
  label: string
}) {
  return (
    <Handle
      id={id}
      type={side === 'left' ? 'target' : 'source'}
      position={side === 'left' ? Position.Left : Position.Right}
      className={look}
      style={{ top: `${top}%` }}
      title={label}
      data-port={id}
    />
  )
}
