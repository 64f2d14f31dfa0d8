// Longer than most: a list of tamperings, each a few lines.
import { writeDer } from '#lib/crypto/der.ts'
import { type JsonObject, utf8, writePem } from '#lib/crypto/index.ts'
import type { ReasonCode } from '#lib/in-toto/index.ts'
import {
  type CertificateSpec,
  type ConstraintSpec,
  makeAuthority,
  makeSvid,
  type TestCertificate,
  USAGE,
} from '../../authority/certificates.ts'
import { linkDocument } from '../../authority/documents.ts'
import type { Random } from '../random.ts'
import { type CertifiedDraft, type CertifiedLink, stepsOf } from './chain.ts'

/** One way to spoil, or only change, a chain. */
export interface CertifiedTampering {
  readonly name: string
  /** no verifier may allow it; null: harmless */
  readonly fatal: boolean
  /** in-toto-golang allows it, and here it is refused with one of these codes */
  readonly stricter?: readonly ReasonCode[]
  readonly apply: (draft: CertifiedDraft, random: Random) => void
}

const anyLink = (draft: CertifiedDraft, random: Random): CertifiedLink => random.pick(draft.links)

/** Changes what one certificate says. */
function leaf(
  name: string,
  change: (draft: CertifiedDraft, link: CertifiedLink) => Omit<Partial<CertificateSpec>, 'issuer'>,
  stricter?: readonly ReasonCode[],
  fatal = true,
): CertifiedTampering {
  return {
    name,
    fatal,
    ...(stricter === undefined ? {} : { stricter }),
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      nameWorkloads(draft, link)
      const spoilt = spoiltBefore.get(link) ?? new Set()
      // a later tampering would otherwise make whole again what an earlier one spoilt
      const changes = Object.entries(change(draft, link)).filter(([member]) => !spoilt.has(member))
      link.leaf = { ...link.leaf, ...Object.fromEntries(changes) }
      if (fatal) spoiltBefore.set(link, new Set([...spoilt, ...changes.map(([member]) => member)]))
    },
  }
}

/** Members of a link's certificate that a fatal tampering set. */
const spoiltBefore = new WeakMap<CertifiedLink, ReadonlySet<string>>()

/** A constraint that takes any URI would make another name harmless. */
function nameWorkloads(draft: CertifiedDraft, { step, leaf }: CertifiedLink): void {
  const constraints = draft.constraints.get(step) ?? []
  const named = constraints.map((one) => (one.uris?.[0] === '*' ? { ...one, uris: leaf.uris ?? [] } : one))
  draft.constraints.set(step, named)
}

/** With several roots that name no domain, a constraint that takes any URI leaves open whose they are. */
function addRoot(draft: CertifiedDraft, root: TestCertificate): void {
  draft.roots = [...draft.roots, root]
  for (const link of draft.links) nameWorkloads(draft, link)
}

/** Puts another authority between the issuer and the workloads. */
function between(
  name: string,
  more: (draft: CertifiedDraft) => Partial<CertificateSpec>,
  stricter?: readonly ReasonCode[],
  fatal = true,
): CertifiedTampering {
  return {
    name,
    fatal,
    ...(stricter === undefined ? {} : { stricter }),
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const extra = makeAuthority('extra', draft.domain, link.leaf.issuer, { ...draft.validity, ...more(draft) })
      draft.intermediates = [...draft.intermediates, extra]
      link.leaf = { ...link.leaf, issuer: extra }
    },
  }
}

const subtree = (host: string) => writeDer(0x30, writeDer(0x86, utf8(host)))
const nameConstraints = (tag: number, host: string) => ({
  others: [{ oid: '2.5.29.30', critical: true, value: writeDer(0x30, writeDer(tag, subtree(host))) }],
})
const UNKNOWN = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: Uint8Array.of(5, 0) }
const use = (purpose: number | null) => ({
  extendedKeyUsage: purpose === null ? [] : [`1.3.6.1.5.5.7.3.${purpose}`],
})

export const CERTIFIED_TAMPERINGS: readonly CertifiedTampering[] = [
  leaf('another workload', ({ domain }) => ({ uris: [`spiffe://${domain}/ci/evil`] })),
  leaf('another trust domain', ({ domain }) => ({ uris: [`spiffe://x${domain}/ci/clone`] })),
  leaf('a name with a slash at its end', (_, link) => ({ uris: (link.leaf.uris ?? []).map((uri) => `${uri}/`) })),
  leaf('an additional e-mail address', () => ({ emails: ['a@example.org'] }), undefined, false),
  leaf('ended', () => ({ from: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-01T01:00:00Z') })),
  leaf('not valid yet', ({ validity }) => ({
    from: new Date(validity.until.getTime()),
    until: new Date(validity.until.getTime() + 1000),
  })),
  leaf('for other uses', () => use(3)),
  leaf('for TLS clients only', () => use(2)),
  leaf('for TLS servers only', () => use(1), undefined, false),
  leaf('for no named use', () => use(null), undefined, false),
  leaf('with an unknown critical extension', () => ({ others: [UNKNOWN] })),
  leaf('an authority', () => ({ ca: true }), ['CERT_INVALID']),
  leaf('that may sign certificates', () => ({ keyUsage: USAGE.digitalSignature | USAGE.keyCertSign }), [
    'CERT_INVALID',
  ]),
  leaf('that may not sign', () => ({ keyUsage: 0x20 }), ['CERT_INVALID']),
  leaf('without key usage', () => ({ keyUsage: null }), ['CERT_INVALID']),
  {
    name: 'two URIs, both asked for',
    fatal: true,
    stricter: ['CERT_INVALID'],
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const uris = [...(link.leaf.uris ?? []), `spiffe://${draft.domain}/second`]
      link.leaf = { ...link.leaf, uris }
      draft.constraints.set(link.step, [...(draft.constraints.get(link.step) ?? []), { uris }])
    },
  },
  between('an intermediate more', () => ({}), undefined, false),
  between('an intermediate that is no authority', () => ({ ca: false })),
  between('an intermediate without basic constraints', () => ({ ca: null })),
  between('an intermediate that may not sign', () => ({ keyUsage: USAGE.crlSign })),
  between('an intermediate that ended', () => ({
    until: new Date('2026-06-01T00:00:00Z'),
    from: new Date('2026-05-01T00:00:00Z'),
  })),
  between('an intermediate with an unknown critical extension', () => ({ others: [UNKNOWN] })),
  between('an intermediate without key usage', () => ({ keyUsage: null }), ['CERT_UNTRUSTED']),
  between('an intermediate of another trust domain', () => ({ uris: ['spiffe://other.test'] }), ['CERT_UNTRUSTED']),
  between('an intermediate for this host only', ({ domain }) => nameConstraints(0xa0, domain), undefined, false),
  between('an intermediate for another host', () => nameConstraints(0xa0, 'other.test')),
  between('an intermediate for all but this host', ({ domain }) => nameConstraints(0xa1, domain)),
  between('an intermediate for other uses', () => use(3)),
  {
    name: 'a path longer than allowed',
    fatal: true,
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const first = makeAuthority('first', draft.domain, link.leaf.issuer, { ...draft.validity, pathLength: 0 })
      const second = makeAuthority('second', draft.domain, first, draft.validity)
      draft.intermediates = [...draft.intermediates, first, second]
      link.leaf = { ...link.leaf, issuer: second }
    },
  },
  {
    name: 'a workload that issues',
    fatal: true,
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const workload = makeSvid(draft.issuer, `spiffe://${draft.domain}/ci/evil`, draft.validity)
      draft.intermediates = [...draft.intermediates, workload]
      link.leaf = { ...link.leaf, issuer: workload }
    },
  },
  {
    name: 'a root of the same name with another key',
    fatal: true,
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      link.leaf = { ...link.leaf, issuer: makeAuthority('root', draft.domain, null, draft.validity) }
    },
  },
  {
    name: 'a root of another trust domain',
    fatal: true,
    stricter: ['CERT_UNTRUSTED'],
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const other = makeAuthority('other', 'other.test', null, draft.validity)
      addRoot(draft, other)
      link.leaf = { ...link.leaf, issuer: other }
    },
  },
  {
    name: 'a root that ended',
    fatal: true,
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const ended = makeAuthority('ended', draft.domain, null, { until: new Date('2026-06-01T00:00:00Z') })
      addRoot(draft, ended)
      link.leaf = { ...link.leaf, issuer: ended }
    },
  },
  {
    name: 'one more root of the domain',
    fatal: false,
    apply: (draft) => {
      addRoot(draft, makeAuthority('next', draft.domain, null, draft.validity))
    },
  },
  {
    name: 'no intermediates',
    fatal: false,
    apply: (draft) => {
      draft.intermediates = []
    },
  },
  {
    name: 'no roots',
    fatal: true,
    apply: (draft) => {
      draft.roots = []
    },
  },
  {
    name: 'a constraint that names one of the roots',
    fatal: false,
    apply: (draft, random) =>
      setConstraint(draft, random, { roots: draft.roots.slice(0, 1).map(({ keyid }) => keyid) }),
  },
  {
    name: 'a constraint that names all roots',
    fatal: false,
    apply: (draft, random) => setConstraint(draft, random, { roots: draft.roots.map(({ keyid }) => keyid) }),
  },
  {
    name: 'a constraint that names no root',
    fatal: true,
    apply: (draft, random) => setConstraint(draft, random, { roots: [''] }),
  },
  {
    name: 'a wildcard within a name',
    fatal: true,
    apply: (draft, random) => setConstraint(draft, random, { uris: [`spiffe://${draft.domain}/*`] }),
  },
  {
    name: 'a wildcard beside a name',
    fatal: true,
    // where another tampering adds a constraint that the certificate meets: one that means nothing is refused all the same
    stricter: ['LAYOUT_STRICT'],
    apply: (draft, random) => setConstraint(draft, random, { organizations: ['*', 'SPIRE'] }),
  },
  {
    name: 'another organization',
    fatal: true,
    apply: (draft, random) => setConstraint(draft, random, { organizations: ['ACME'] }),
  },
  {
    name: 'a DNS name that is not there',
    fatal: true,
    apply: (draft, random) => setConstraint(draft, random, { dnsNames: ['no.example.org'] }),
  },
  {
    name: 'a constraint without a member',
    fatal: true,
    apply: (draft) => {
      draft.changeLayout = (layout) => {
        const [step] = stepsOf(layout)
        const constraints = step?.get('cert_constraints')
        const [first] = Array.isArray(constraints) ? constraints : []
        if (first instanceof Map) first.delete('emails')
      }
    },
  },
  {
    name: 'no constraints',
    fatal: true,
    apply: (draft, random) => {
      draft.constraints.delete(anyLink(draft, random).step)
    },
  },
  {
    name: 'a workload twice',
    fatal: true,
    stricter: ['STEP_THRESHOLD'],
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      const own = draft.links.filter(({ step }) => step === link.step)
      draft.links = [...draft.links, { ...link }]
      draft.threshold.set(link.step, own.length + 1)
    },
  },
  {
    name: 'a link of another step',
    fatal: true,
    stricter: ['STEP_NAME_MISMATCH'],
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      link.document = new Map(link.document).set('name', 'other')
    },
  },
  {
    name: 'another file',
    fatal: true,
    apply: (draft) => {
      for (const link of draft.links) {
        if (link.step === 'build')
          link.document = linkDocument({ name: 'build', materials: { 'main.c': 'evil' }, products: { app: 'x' } })
      }
    },
  },
  {
    name: 'changed after it was signed',
    fatal: true,
    apply: (draft, random) => {
      anyLink(draft, random).after = (bytes) =>
        utf8(new TextDecoder().decode(bytes).replace(/"return-value": 0/, '"return-value": 1'))
    },
  },
  {
    name: 'the certificate of another key',
    fatal: true,
    apply: (draft, random) => {
      const link = anyLink(draft, random)
      link.pem = () => makeSvid(link.leaf.issuer, link.leaf.uris?.[0] ?? '', link.leaf).pem
    },
  },
  {
    name: 'no certificate',
    fatal: true,
    apply: (draft, random) => {
      anyLink(draft, random).pem = () => null
    },
  },
  {
    name: 'a spoiled certificate',
    fatal: true,
    apply: (draft, random) => {
      anyLink(draft, random).pem = ({ pem }) => spoiled(pem, random)
    },
  },
  {
    name: 'another keyid',
    fatal: true,
    apply: (draft, random) => {
      anyLink(draft, random).keyid = 'cd'.repeat(32)
    },
  },
  {
    name: 'a member that nobody knows',
    fatal: true,
    apply: (draft) => {
      draft.changeLayout = (layout: JsonObject) => layout.set('trustbundles', new Map())
    },
  },
]

function setConstraint(draft: CertifiedDraft, random: Random, more: ConstraintSpec): void {
  const { step } = anyLink(draft, random)
  draft.constraints.set(
    step,
    (draft.constraints.get(step) ?? []).map((one) => ({ ...one, ...more })),
  )
}

function spoiled(pem: string, random: Random): string {
  const base64 = pem.replace(/-----[A-Z ]+-----|\s/g, '')
  const der = Uint8Array.from(Buffer.from(base64, 'base64'))
  const at = random.below(der.length)
  der[at] = (der[at] ?? 0) ^ (1 + random.below(255))
  return writePem('CERTIFICATE', der)
}
