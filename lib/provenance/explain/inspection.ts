import { changeLayout, reproduce } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'
import { shellLine } from './words.ts'

const notNull = (fix: Fix | null): fix is Fix => fix !== null

function byHand(subject: Subject, text: string): Fix {
  const run = subject.inspection?.run ?? []
  return {
    id: 'run-inspection',
    title: 'Run it by hand',
    text,
    snippet: run.length > 0 ? shellLine(run) : null,
    href: null,
  }
}

export function inspectionFailed(subject: Subject): Told {
  const name = subject.reason.inspection ?? 'inspection'
  const code = subject.inspection?.returnValue
  return {
    kind: 'inspection-failed',
    heading:
      typeof code === 'number'
        ? `The inspection ${name} ended with exit code ${code}`
        : `The inspection ${name} did not run to its end`,
    demand: `An inspection passes only if its command ends with exit code 0. ${subject.reason.message}`,
    fixes: [
      byHand(subject, 'In the folder with the final files, run the command of the inspection and read what it says:'),
      changeLayout(subject, `If the command itself is wrong, repair the inspection ${name} in the layout.`),
    ].filter(notNull),
  }
}

export function inspectionNotRun(subject: Subject): Told {
  const name = subject.reason.inspection ?? 'inspection'
  const again = reproduce(subject.report, subject.context)
  const inspecting = again.snippet?.split('\n').filter((line) => !line.startsWith('sh ')) ?? []
  return {
    kind: 'inspection-not-run',
    heading: `The inspection ${name} has not been performed`,
    demand: `The layout ends with the inspection ${name}. Waybill runs no command that a document names, and no signed link of it has arrived, so its outcome is unknown.`,
    fixes: [
      {
        ...again,
        id: 'verify-with-inspection',
        title: 'Run it on your machine',
        text: 'Download the inputs, put the final files into the folder "final", and let the command line run the inspection there. Read its command first: it comes from the layout.',
        snippet: inspecting
          .map((line) => (line.startsWith('waybill') ? `${line} --run-inspections final` : line))
          .join('\n'),
      },
      byHand(subject, 'This is the command that the layout names:'),
    ],
  }
}
