import { ScanSearch, ScrollText } from 'lucide-react'
import { ruleText } from '#lib/in-toto/index.ts'
import { type DraftView, flowOrder, type ItemView, type RuleView, signersOf } from '#lib/layout-draft/index.ts'
import { useKeyNames } from './use-key-names.ts'

/** The layout as a list, in the order in which files flow: what phones show, and what reads best aloud. */
export function StepList({ view }: { view: DraftView }) {
  const order = flowOrder(view)
  const names = useKeyNames(view)
  if (order.length === 0) return <p className="p-4 text-[13px] text-mute">The layout has no steps yet.</p>
  return (
    <ol className="m-0 list-none p-0" aria-label="Steps and inspections in the order in which files flow">
      {order.map((item) => (
        <li key={item.id} className="border-t border-line px-4 py-3 first:border-t-0">
          <Heading item={item} />
          <p className="mt-0.5 text-xs text-mute">{signing(view, item, names)}</p>
          {item.command.length > 0 && <p className="mt-0.5 font-mono text-xs break-all">{item.command.join(' ')}</p>}
          <Rules label="Materials" rules={item.materials} />
          <Rules label="Products" rules={item.products} />
        </li>
      ))}
    </ol>
  )
}

function Heading({ item }: { item: ItemView }) {
  const Icon = item.kind === 'step' ? ScrollText : ScanSearch
  return (
    <h3 className="flex items-center gap-2 text-[15px] font-semibold">
      <Icon size={15} className="text-mute" aria-hidden />
      {item.name || 'Without a name'}
      <span className="text-xs font-normal text-mute">{item.kind}</span>
    </h3>
  )
}

function signing(view: DraftView, item: ItemView, names: ReadonlyMap<string, string>): string {
  if (item.kind === 'inspection') return 'Run by whoever verifies'
  const keys = item.pubkeys.map((keyid) => names.get(keyid) ?? keyid.slice(0, 8)).join(', ')
  return `${item.threshold ?? '?'} of ${signersOf(view, item)} must sign${keys === '' ? '' : `: ${keys}`}`
}

function Rules({ label, rules }: { label: string; rules: readonly RuleView[] }) {
  return (
    <div className="mt-1.5 text-xs">
      <span className="text-mute">{label}</span>
      {rules.length === 0 ? (
        <span className="text-mute">: any file</span>
      ) : (
        <ol className="m-0 list-none p-0 font-mono leading-[18px]">
          {rules.map(({ index, rule, tokens }) => (
            <li key={index} className="break-all">
              {rule === null ? (tokens?.join(' ') ?? 'no rule') : ruleText(rule)}
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
