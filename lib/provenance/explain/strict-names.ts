import { changeLayout, rerun } from './fixes.ts'
import type { Subject, Told } from './subject.ts'
import { sentence } from './words.ts'

/** `./a`, `x/../a`: two names for one file let a changed file past a rule that knows only one of them. */
export function nameNotNormal(subject: Subject): Told {
  const { reason } = subject
  return {
    kind: 'name-not-normal',
    heading: sentence(`${subject.who} recorded ${reason.artifact ?? 'a file'} under a name that is not its plain path`),
    demand: `${reason.message} Rules compare names letter by letter, so a file with two names could pass one of them.`,
    fixes: [
      rerun(
        subject,
        reason.step ?? 'the step',
        'Record with plain relative paths (dist/a.js; not ./dist/a.js, dist/../a.js or dist\\a.js):',
      ),
    ],
  }
}

/** Equal digests prove nothing where the algorithm is broken or there is none. */
export function noStrongDigest(subject: Subject): Told {
  const { reason } = subject
  return {
    kind: 'weak-digest',
    heading: sentence(
      `${reason.artifact ?? 'A file'} of ${subject.who} is recorded without a digest that proves anything`,
    ),
    demand: `${reason.message} Different files can be made with the same md5 or sha1; at least sha256 is needed to say that two files are the same.`,
    fixes: [
      rerun(subject, reason.step ?? 'the step', 'Record with sha256, as in-toto-run does by itself:'),
      changeLayout(subject, 'If the file need not be compared, take it out of the MATCH pattern.'),
    ].filter((fix) => fix !== null),
  }
}
