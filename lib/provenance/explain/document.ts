import { bringIn } from './fixes.ts'
import type { Subject, Told } from './subject.ts'
import { short } from './words.ts'

/** A file that should be evidence cannot be read as such. */
export function malformed(subject: Subject): Told {
  const where = subject.reason.step === undefined ? 'A file of this build' : `The link of ${subject.reason.step}`
  const what =
    subject.reason.code === 'LIMIT'
      ? 'is beyond what is read'
      : subject.reason.code === 'UNSUPPORTED'
        ? 'is of a kind that cannot be judged yet'
        : 'cannot be read'
  return {
    kind: subject.reason.code === 'MALFORMED' ? 'malformed' : subject.reason.code === 'LIMIT' ? 'limit' : 'unsupported',
    heading: `${where} ${what}: ${short(bare(subject), 110)}`,
    demand: `${subject.reason.message} What cannot be read is never counted as passed.`,
    fixes: [
      bringIn(
        subject.reason.code === 'MALFORMED'
          ? 'Bring in the file as the tool wrote it. If it was written by a tool of your own, compare it with what in-toto-run writes.'
          : 'Bring in the same evidence as an in-toto link (Metablock or DSSE) within the limits that the message names.',
      ),
    ],
  }
}

/** What is wrong with the file, without the words about which file it is: the heading says that. */
function bare({ step, reason }: Subject): string {
  return step?.skipped.find((one) => one.code === reason.code)?.message ?? reason.message
}

export function sublayoutFailed(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  const nested = subject.report.reasons.find((one) => one.path?.includes(step))
  return {
    kind: 'sublayout',
    heading: `The sublayout that stands for ${step} is not met`,
    demand: `${step} was handed on to a layout of its own, and all of that must be met too. ${nested?.message ?? subject.reason.message}`,
    fixes: [
      {
        id: 'open-step',
        title: 'Look inside',
        text: `Open ${step} in the graph: its own steps, signatures and rules are listed there, with the one that failed.`,
        snippet: null,
        href: `/builds/${subject.context.build.short}/graph?node=${encodeURIComponent(step)}`,
      },
    ],
  }
}
