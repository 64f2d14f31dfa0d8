import type { NotConsumed } from '#lib/in-toto/report.ts'
import { artifactDiffers } from './artifact-differs.ts'
import { changeLayout, rerun } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'
import { count, sentence, some } from './words.ts'

/** DISALLOW met a file that no rule before it had taken. */
export function artifactNotAllowed(subject: Subject): Told {
  const compared = artifactDiffers(subject)
  if (compared !== null) return compared
  const names = subject.group.flatMap((reason) => (reason.artifact === undefined ? [] : [reason.artifact]))
  const verb = subject.inspection !== null ? 'found' : subject.reason.rule?.list === 'materials' ? 'used' : 'made'
  const [first = 'a file'] = names
  const more = names.length > 1 ? ` and ${count(names.length - 1, 'more file')}` : ''
  return {
    kind: 'not-allowed',
    heading: sentence(`${subject.who} ${verb} ${first}${more}, which the layout does not allow`),
    demand: demand(subject),
    fixes: [withoutIt(subject, names, verb), allowIt(subject, names)].filter((fix) => fix !== null),
  }
}

const NEARLY: Readonly<Partial<Record<NotConsumed, string>>> = {
  'not-created': 'was there before the step began, so CREATE did not take it',
  'not-deleted': 'was still there after the step, so DELETE did not take it',
  'not-modified': 'was not changed by the step, so MODIFY did not take it',
}

function demand(subject: Subject): string {
  const rule = subject.reason.rule
  const list = rule?.list ?? 'products'
  const base = `The rules for the ${list} of ${subject.who} name every file that may be there, and "${rule?.text ?? 'DISALLOW *'}" refuses all others.`
  const artifact = subject.reason.artifact
  for (const one of subject.list?.rules ?? []) {
    const left = one.left.find((entry) => entry.artifact === artifact)
    const nearly = left === undefined ? undefined : NEARLY[left.why]
    if (nearly !== undefined) return `${base} ${artifact} ${nearly}.`
  }
  return base
}

function withoutIt(subject: Subject, names: readonly string[], verb: string): Fix {
  const name = subject.step?.name
  const what = some(names)
  if (name === undefined) {
    return {
      id: 'deliver-without',
      title: 'Deliver without it',
      text: `Remove ${what} from what is delivered, or find out which step left it there, and run the inspection again.`,
      snippet: null,
      href: null,
    }
  }
  const text =
    verb === 'used'
      ? `Start ${name} in a folder without ${what} (a clean checkout, no leftovers of earlier jobs), or record fewer folders as materials:`
      : `Find what leaves ${what} behind, remove it or write it outside the recorded folders, and record ${name} again:`
  return rerun(subject, name, text)
}

function allowIt(subject: Subject, names: readonly string[]): Fix | null {
  const where = subject.reason.rule?.list ?? 'products'
  return changeLayout(
    subject,
    `If ${some(names)} belongs there, add a rule before the DISALLOW in the ${where} of ${subject.who}: MATCH it with the step that makes it, or CREATE it here.`,
  )
}
