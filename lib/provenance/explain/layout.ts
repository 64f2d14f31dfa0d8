import { changeLayout } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'
import { keyName, moment, short } from './words.ts'

const notNull = (fix: Fix | null): fix is Fix => fix !== null

function softwarePage(subject: Subject, title: string, text: string): Fix {
  return { id: 'software', title, text, snippet: null, href: `/software/${subject.context.software.slug}` }
}

export function layoutExpired(subject: Subject): Told {
  const { expires } = subject.inner.layout
  const within = (subject.reason.path ?? []).join(', ')
  const which = within === '' ? 'layout' : `sublayout of ${within}`
  return {
    kind: 'layout-expired',
    heading: `The ${which} expired${expires === null ? '' : ` on ${moment(expires)}`}`,
    demand: `A layout counts until the time written in it, and this check speaks for ${moment(subject.report.at)}. The build itself may have been done as it should be: what is missing is a layout that is still in date.`,
    fixes: [
      changeLayout(subject, 'Draw the next version with a later expiry and let the layout owners sign it.'),
      softwarePage(subject, 'Another version', 'If a newer version is already signed, put it in force.'),
    ].filter(notNull),
  }
}

export function layoutSignature(subject: Subject): Told {
  const faults = subject.inner.layout.signatures.filter((one) => one.outcome !== 'valid' && one.outcome !== 'not-asked')
  const invalid = faults.filter((one) => one.outcome === 'invalid')
  const [first] = invalid.length > 0 ? invalid : faults
  const known = first?.fingerprint ? subject.context.keyNames?.get(first.fingerprint) : undefined
  const who = known ?? keyName(subject, first?.keyid ?? subject.reason.keyid)
  const name = subject.reason.path === undefined ? 'The layout' : `The sublayout of ${subject.reason.path.join(', ')}`
  const heading =
    first === undefined
      ? `${name} has no owner key to be checked against`
      : first.outcome === 'invalid'
        ? `${name} was changed after ${who} signed it, or another key signed it`
        : `${name} is not signed by ${who}`
  return {
    kind: 'layout-signature',
    heading,
    demand: `A layout counts only if every owner key of ${subject.context.software.name} signed exactly these bytes. ${subject.reason.message}`,
    fixes: [
      softwarePage(
        subject,
        'Sign or choose a version',
        first === undefined
          ? 'An administrator sets whose keys own the layouts of this software; then the version can be signed and put in force.'
          : 'Let every owner sign this version, or put in force one that all of them signed.',
      ),
      changeLayout(subject, 'A layout that was edited after signing has to be signed again as a new version.'),
    ].filter(notNull),
  }
}

export function layoutInvalid(subject: Subject): Told {
  const strict = subject.reason.code === 'LAYOUT_STRICT'
  return {
    kind: strict ? 'layout-strict' : 'layout-invalid',
    heading: strict
      ? `The layout says something no strict verifier may accept: ${short(subject.reason.message, 110)}`
      : `The layout cannot be read: ${short(subject.reason.message, 110)}`,
    demand: `${subject.reason.message} A layout that is not clear demands nothing that could be checked, so nothing passes it.`,
    fixes: [
      changeLayout(
        subject,
        'Open the layout, follow its list of problems, and let the owners sign the repaired version.',
      ),
      softwarePage(subject, 'Another version', 'Put a version in force that has no such mistake.'),
    ].filter(notNull),
  }
}

export function parameterMissing(subject: Subject): Told {
  return {
    kind: 'parameter',
    heading: `The layout has a parameter that was not given a usable value`,
    demand: subject.reason.message,
    fixes: [
      softwarePage(
        subject,
        'Give the parameters',
        'Parameters are given when a layout is put in force. Put it in force again with all of them.',
      ),
    ],
  }
}

export function noLayout(subject: Subject): Told {
  const { name, slug } = subject.context.software
  return {
    kind: 'no-layout',
    heading: `${name} has no layout in force, so nothing says what a good build is`,
    demand: subject.reason.message,
    fixes: [
      {
        id: 'draw-layout',
        title: 'Draw a layout',
        text: 'Start from the steps that this build recorded, add the rules between them, and let the owners sign.',
        snippet: null,
        href: `/layouts/new?${new URLSearchParams({ software: slug, build: subject.context.build.short })}`,
      },
      softwarePage(subject, 'Put one in force', 'If a signed layout exists, an engineer can put it in force.'),
    ],
  }
}
