import { changeLayout, rerun } from './fixes.ts'
import type { Subject, Told } from './subject.ts'
import { sentence } from './words.ts'

/** REQUIRE did not find its file among those not yet taken. */
export function artifactMissing(subject: Subject): Told {
  const { reason } = subject
  const list = reason.rule?.list ?? 'products'
  const file = reason.artifact ?? reason.rule?.text.replace(/^REQUIRE\s+/i, '') ?? 'a required file'
  const takenBy = subject.list?.rules.find((rule) => rule.consumedNames.includes(file))
  const verb = subject.inspection !== null ? 'find' : list === 'materials' ? 'use' : 'make'
  if (takenBy !== undefined) return takenBefore(subject, file, takenBy.text)
  const name = subject.step?.name
  const again =
    name === undefined
      ? {
          id: 'deliver-it',
          title: 'Deliver it',
          text: `Add ${file} to what is delivered and run the inspection again.`,
          snippet: null,
          href: null,
        }
      : rerun(
          subject,
          name,
          `Make sure that ${file} is there ${list === 'materials' ? 'before' : 'after'} the command runs and lies in a folder that is recorded, under exactly this path. Then record ${name} again:`,
        )
  return {
    kind: 'required-missing',
    heading: sentence(`${subject.who} did not ${verb} ${file}, which the layout requires`),
    demand: `"${reason.rule?.text ?? `REQUIRE ${file}`}" demands a file of exactly this path among the ${list} of ${subject.who}. None of that path was recorded.`,
    fixes: [again, changeLayout(subject, `If ${file} is no longer needed, remove the REQUIRE rule.`)].filter(
      (fix) => fix !== null,
    ),
  }
}

/** The file was there; an earlier rule had taken it, and REQUIRE looks only at what is left. */
function takenBefore(subject: Subject, file: string, earlier: string): Told {
  return {
    kind: 'required-missing',
    heading: sentence(`${subject.who} has ${file}, but an earlier rule took it before REQUIRE looked`),
    demand: `Rules take files in order. "${earlier}" stands before "${subject.reason.rule?.text ?? `REQUIRE ${file}`}" and took ${file}, so nothing of that name was left to be found.`,
    fixes: [changeLayout(subject, 'Move REQUIRE above the rule that takes the file.')].filter((fix) => fix !== null),
  }
}
