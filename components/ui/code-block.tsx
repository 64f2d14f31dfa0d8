import { CopyButton } from './copy-button.tsx'

const SHOWN = 20_000

/** Text to be copied as it stands. Shown as text, bounded; copying gives all of it. `label` names it. */
export function CodeBlock({ code, label = 'Code', maxHeight }: { code: string; label?: string; maxHeight?: number }) {
  return (
    <div className="relative rounded-md border border-line bg-page">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        style={{ maxHeight }}
        className="overflow-auto p-3 pr-10 font-mono text-xs/[18px] whitespace-pre-wrap break-words"
      >
        {code.slice(0, SHOWN)}
      </section>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton value={code} what={label.toLowerCase()} />
      </div>
      {code.length > SHOWN && (
        <p className="px-3 pb-2 text-xs text-mute">
          The first {SHOWN.toLocaleString('en')} of {code.length.toLocaleString('en')} characters are shown.
        </p>
      )}
    </div>
  )
}
