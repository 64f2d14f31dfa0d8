import { allowedSigners, bringIn, changeLayout, rerun } from './fixes.ts'
import type { Subject, Told } from './subject.ts'
import { count, keyName } from './words.ts'

/** No link stands for the step. */
export function linkMissing(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  const passedOver = subject.step?.skipped ?? []
  return {
    kind: 'link-missing',
    heading:
      passedOver.length === 0
        ? `Nobody recorded ${step}`
        : `No link counts for ${step}: ${count(passedOver.length, 'was', 'were')} found and passed over`,
    demand: `The layout demands ${count(subject.step?.threshold ?? 1, 'link')} for ${step}, signed by ${allowedSigners(subject)}. ${
      passedOver[0]?.message ?? 'None was found.'
    }`,
    fixes: [
      rerun(
        subject,
        step,
        `Run ${step} under in-toto, with the key of ${allowedSigners(subject)}. ${fileName(subject)}`,
      ),
      bringIn(`If ${step} was recorded, its link has not been brought in with this build. ${fileName(subject)}`),
      changeLayout(subject, `If ${step} is no longer done, remove it from the layout.`),
    ].filter((fix) => fix !== null),
  }
}

function fileName(subject: Subject): string {
  const keyid = subject.step?.allowedKeyids[0]
  const step = subject.reason.step
  return keyid === undefined || step === undefined ? '' : `Its file is called ${step}.${keyid.slice(0, 8)}.link.`
}

/** The same while there is still time for it to come. */
export function linkPending(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  return {
    kind: 'pending',
    heading: `${step} has not arrived yet`,
    demand: `${subject.reason.message} Until it arrives nothing can be said about this build; a gate treats that as blocked.`,
    fixes: [
      bringIn(`If ${step} has been recorded, bring its link in. ${fileName(subject)}`),
      rerun(subject, step, `If ${step} has not run, run it under in-toto:`),
    ],
  }
}

/** It was there and is gone. */
export function evidenceVanished(subject: Subject): Told {
  const step = subject.reason.step ?? 'the build'
  return {
    kind: 'vanished',
    heading: `Evidence of ${step} was seen before and is gone`,
    demand: subject.reason.message,
    fixes: [bringIn('Bring the file in again from where it was kept.')],
  }
}

/** Too few functionaries signed. */
export function thresholdNotMet(subject: Subject): Told {
  const step = subject.reason.step ?? 'a step'
  const wanted = subject.step?.threshold ?? 2
  const counted = subject.step?.counted ?? []
  const who = counted.map(({ signer }) => signer.certificate?.spiffeId ?? keyName(subject, signer.keyid)).join(', ')
  const passedOver = subject.step?.skipped ?? []
  return {
    kind: 'threshold',
    heading: `${step} has ${subject.step?.signerCount ?? counted.length} of the ${wanted} signatures it needs`,
    demand:
      `The layout demands equal links for ${step} from ${wanted} different functionaries out of ${allowedSigners(subject)}. ${
        counted.length === 0 ? 'None counts.' : `Counted: ${who}.`
      } ${passedOver.map((one) => one.message).join(' ')}`.trim(),
    fixes: [
      rerun(
        subject,
        step,
        `Another functionary has to do ${step} with a key of their own and come to the same files. One key counts once, whatever it is called.`,
      ),
      bringIn(`If somebody else recorded ${step} too, that link has not been brought in with this build.`),
      changeLayout(subject, `If fewer are enough, lower the threshold of ${step}.`),
    ].filter((fix) => fix !== null),
  }
}
