import { bringIn } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'
import { short } from './words.ts'

/** Words by which the engine says that a document is of another form than the step's evidence. */
const OF_OTHER_FORM = /not a link or a sublayout|the evidence of this step comes as/

/** A whole document, of a form that nobody chose for the step. */
function otherForm(subject: Subject, step: string): Told {
  const choose: Fix = {
    id: 'choose-form',
    title: 'Choose the form of its evidence',
    text: `If the evidence of ${step} is meant to come so, an engineer puts the layout in force again and chooses that form for ${step}, under "Forms of evidence and time stamps". Every build is judged again.`,
    snippet: null,
    href: `/software/${encodeURIComponent(subject.context.software.slug)}`,
  }
  return {
    kind: 'unsupported',
    heading: `What came for ${step} is not in the form that its evidence takes`,
    demand: `${subject.reason.message} Each step takes evidence of one form, which is chosen when the layout is put in force.`,
    fixes: [choose, bringIn(`Or bring in the evidence of ${step} in the form that is asked for.`)],
  }
}

/** A file that should be evidence cannot be read as such. */
export function malformed(subject: Subject): Told {
  const { step, code, message } = subject.reason
  if (step !== undefined && code === 'UNSUPPORTED' && OF_OTHER_FORM.test(message)) return otherForm(subject, step)
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
