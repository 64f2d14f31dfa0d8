import type { NotConsumed, RuleListTrace, RuleTrace } from '#lib/in-toto/report.ts'

const WHY: Readonly<Record<NotConsumed, string>> = {
  pattern: 'another name than the pattern',
  prefix: 'not in the folder named by IN',
  'source-step-missing': 'the other step has no link',
  'source-missing': 'the other step has no such file',
  'digest-differs': 'the other step recorded another digest',
  'not-created': 'was there before',
  'not-deleted': 'is still there',
  'not-modified': 'is unchanged',
  disallowed: 'refused',
}

/** A rule list as the verifier sees it: a queue from top to bottom, with what each rule took and what stayed. */
export function RuleQueue({ title, list }: { title: string; list: RuleListTrace | null }) {
  return (
    <section className="mt-4 first:mt-0">
      <h3 className="mb-2 text-[13px] font-semibold">{title}</h3>
      {list === null && <p className="text-xs text-mute">Not evaluated: there is no record of it to look at.</p>}
      {list !== null && list.rules.length === 0 && <p className="text-xs text-mute">No rules: every file passes.</p>}
      {list !== null && (
        <ol className="m-0 list-none p-0">
          {list.rules.map((rule) => (
            <RuleRow key={rule.index} rule={rule} />
          ))}
        </ol>
      )}
      {list !== null && list.leftoverCount > 0 && (
        <p className="mt-2 text-xs text-mute">
          Left at the end: {list.leftoverCount}
          {list.failed ? '' : '. No rule disallows them, so they pass.'}
        </p>
      )}
    </section>
  )
}

function RuleRow({ rule }: { rule: RuleTrace }) {
  const left = rule.left.filter((one) => one.why !== 'pattern' && one.why !== 'prefix')
  const names = rule.consumedNames
  return (
    <li
      className={`border-t border-line py-2 first:border-t-0 ${rule.failed ? '-mx-2 rounded bg-fail-tint px-2' : ''}`}
    >
      <div className="flex items-start gap-2 font-mono text-xs leading-5">
        <span className="w-4 shrink-0 text-right text-mute tabular-nums">{rule.index + 1}</span>
        <span className="min-w-0 flex-1 break-all">{rule.text}</span>
      </div>
      <div className="ml-6 text-xs text-mute">
        {rule.failed ? (
          <span className="text-fail-text">
            {rule.keyword === 'REQUIRE' ? 'Not found among what is left' : `Refused ${left.length || 'files'}`}
          </span>
        ) : (
          <span>
            took {rule.consumed} of {rule.before}
          </span>
        )}
      </div>
      {(names.length > 0 || left.length > 0) && (
        <details className="ml-6 text-xs">
          <summary className="min-h-6 cursor-pointer text-accent">
            {left.length > 0 ? `${left.length} left over` : 'Files'}
          </summary>
          <ul className="m-0 max-h-60 list-none overflow-auto p-0 font-mono" tabIndex={-1}>
            {left.map((one) => (
              <li key={one.artifact} className="break-all text-fail-text">
                {one.artifact} <span className="font-sans">: {WHY[one.why]}</span>
              </li>
            ))}
            {names.map((name) => (
              <li key={name} className="break-all">
                {name}
              </li>
            ))}
          </ul>
          {rule.consumed > names.length && (
            <p className="text-mute">and {rule.consumed - names.length} more (Files has all)</p>
          )}
        </details>
      )}
    </li>
  )
}
