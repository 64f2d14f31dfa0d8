import { bringIn, changeLayout, recordLine } from './fixes.ts'
import { matchThatLeft, type Subject, type Told } from './subject.ts'
import { sentence } from './words.ts'

/** MATCH names a step that nobody recorded, so it could take nothing. */
export function matchSourceMissing(subject: Subject): Told {
  const rule = matchThatLeft(subject, subject.reason.artifact)
  const other = subject.reason.counterpart ?? rule?.from ?? 'the other step'
  const known = subject.inner.steps.some((step) => step.name === other)
  const file = subject.reason.artifact ?? 'the files'
  return {
    kind: 'match-source-missing',
    heading: sentence(
      known
        ? `${subject.who} used ${file}, but nobody recorded ${other}, which should have made it`
        : `The layout compares ${file} of ${subject.who} with ${other}, a step it does not have`,
    ),
    demand: known
      ? `The layout takes ${file} only if ${other} recorded the same file, and there is no valid link of ${other}.`
      : `"${rule?.text ?? subject.reason.rule?.text ?? 'MATCH'}" names ${other}. The layout has no step of that name that comes before, so the rule can take nothing.`,
    counterpart: known ? other : null,
    rule,
    fixes: known
      ? [
          {
            id: 'record-source',
            title: `Record ${other}`,
            text: `Run ${other} under in-toto and let its functionary sign:`,
            snippet: recordLine(subject, other),
            href: null,
          },
          bringIn(`If ${other} was recorded, its link has not been brought in yet.`),
        ]
      : [changeLayout(subject, `Name a step of the layout in the rule, or add the step ${other}.`)].filter(
          (fix) => fix !== null,
        ),
  }
}
