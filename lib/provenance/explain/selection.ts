import { bringIn, changeLayout, recordLine, rerun } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'

const notNull = (fix: Fix | null): fix is Fix => fix !== null

/** The three ways to tie a step to a build, as far as they make sense without knowing the pipeline. */
function tie(subject: Subject, step: string): Fix[] {
  const final = subject.context.build.files[0]?.path
  return [
    {
      id: 'bind-by-file',
      title: 'Record the final file',
      text: `Let ${step} record ${final ?? 'the final file'} as a material; its digest then says which build it speaks about.`,
      snippet: `${recordLine(subject, step).replace(/ --materials .*?(?= --products| -- )/, '')}`.replace(
        ' --products',
        ` --materials ${final ?? 'FINAL-FILE'} --products`,
      ),
      href: null,
    },
    {
      id: 'bind-by-run',
      title: 'Send it with its run',
      text: `Push the link of ${step} under the same run label as the rest, or bring it in together with them in one folder.`,
      snippet: null,
      href: null,
    },
  ]
}

export function unbound(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  return {
    kind: 'unbound',
    heading: `Nothing ties ${step} to this build`,
    demand: `A valid link of ${step} exists, but neither a file nor a run says that it speaks about this build: it would fit any other just as well. ${subject.reason.message}`,
    fixes: [
      ...tie(subject, step),
      changeLayout(subject, `Add a MATCH rule between ${step} and a step that this build binds.`),
    ].filter(notNull),
  }
}

export function replayed(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  return {
    kind: 'replayed',
    heading: `The link of ${step} comes from another run`,
    demand: `${subject.reason.message} The same signed bytes were seen before this build began, so they say nothing about it.`,
    fixes: [rerun(subject, step, `Do ${step} in this run and record it:`), ...tie(subject, step).slice(0, 1)],
  }
}

export function runTwice(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  return {
    kind: 'run-twice',
    heading: `${step} was recorded twice in one run, with different files`,
    demand: `in-toto has one link per step. ${subject.reason.message}`,
    fixes: [
      {
        id: 'attempt',
        title: 'It is a retry',
        text: 'Number the attempts when you push (run and attempt): a later attempt then replaces the earlier one of the same signer.',
        snippet: null,
        href: null,
      },
      changeLayout(subject, `If ${step} runs for several platforms, give each its own step name.`),
    ].filter(notNull),
  }
}

export function mixedRuns(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  return {
    kind: 'mixed-runs',
    heading: `${step} was taken from another run than the rest`,
    demand: subject.reason.message,
    fixes: [rerun(subject, step, `Do ${step} in the run of this build and record it:`)],
  }
}

export function notFinal(subject: Subject): Told {
  return {
    kind: 'not-final',
    heading: 'The file that was asked about is not a final file of this software',
    demand: subject.reason.message,
    fixes: [
      {
        id: 'ask-final',
        title: 'Ask about the final file',
        text: 'A verdict speaks about what is delivered. Ask with the digest of the file that the last step made; the software page lists which files are final.',
        snippet: null,
        href: `/software/${subject.context.software.slug}`,
      },
    ],
  }
}

/** Asked where nothing could be looked up. */
export function notFound(subject: Subject): Told {
  return {
    kind: 'unknown',
    heading: 'There is no evidence to judge this by',
    demand: subject.reason.message,
    fixes: [bringIn('Bring in the links of the build that made it.')],
  }
}
