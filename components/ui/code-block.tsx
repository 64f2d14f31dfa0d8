import { CopyButton } from './copy-button.tsx'

/** Text to be copied as it stands: a command, a rule, a piece of JSON. Shown as text, never as markup. */
export function CodeBlock({ text, label = 'Copy', maxHeight }: { text: string; label?: string; maxHeight?: number }) {
  return (
    <div className="relative rounded-md border border-line bg-page">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls must be reachable by keyboard
        tabIndex={0}
        style={{ maxHeight }}
        className="overflow-auto p-3 pr-10 font-mono text-xs/[18px] whitespace-pre-wrap break-words"
      >
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} label={label} />
      </div>
    </div>
  )
}
