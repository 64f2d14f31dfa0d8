import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import {
  authoritiesObject,
  type CertificateSpec,
  type ConstraintSpec,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '../../authority/certificates.ts'
import { layoutDocument, linkDocument } from '../../authority/documents.ts'
import { metablock } from '../../authority/envelopes.ts'
import { makeKey, type TestKey } from '../../authority/keys.ts'
import type { Random } from '../random.ts'

/** What a link and its signature are before they are written; tamperings change it. */
export interface CertifiedLink {
  step: string
  document: JsonObject
  leaf: CertificateSpec & { readonly issuer: TestCertificate }
  /** instead of what is made: the certificate in the signature, the keyid that it names */
  pem: ((own: TestCertificate) => string | null) | null
  keyid: string | null
  /** changes the file after it was signed */
  after: ((bytes: Uint8Array) => Uint8Array) | null
}

/** A supply chain whose steps are signed with certificates, before it is written. */
export interface CertifiedDraft {
  readonly domain: string
  readonly validity: { readonly from: Date; readonly until: Date }
  roots: TestCertificate[]
  /** the authority that issues to workloads, and what leads from it to a root */
  issuer: TestCertificate
  intermediates: TestCertificate[]
  /** intermediates in the layout, or handed over beside it */
  inLayout: boolean
  constraints: Map<string, ConstraintSpec[]>
  threshold: Map<string, number>
  links: CertifiedLink[]
  /** changes the layout before it is signed */
  changeLayout: ((layout: JsonObject) => void) | null
}

const DAY = 86_400_000
export const owner: TestKey = makeKey('owner')
const STEPS = ['clone', 'build'] as const
const KINDS = ['ecdsa-p256', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa'] as const
const AUTHORITY_KINDS = ['ecdsa-p256', 'ecdsa-p384', 'ed25519'] as const

/** A chain that every verifier of ITE-7 must allow. in-toto-golang judges for now, so certificates are of today. */
export function makeCertifiedDraft(random: Random, now: number): CertifiedDraft {
  const validity = { from: new Date(now - DAY), until: new Date(now + DAY) }
  const domain = random.pick(['example.org', 'prod.bank.test'])
  const authority = (name: string, issuer: TestCertificate | null) =>
    makeAuthority(name, random.chance(0.7) ? domain : null, issuer, { ...validity, kind: random.pick(AUTHORITY_KINDS) })
  const root = authority('root', null)
  const roots = random.chance(0.3) ? [root, authority('older root', null)] : [root]
  const intermediates: TestCertificate[] = []
  for (let depth = random.below(3); depth > 0; depth--) {
    intermediates.push(authority(`authority ${depth}`, intermediates.at(-1) ?? root))
  }
  const issuer = intermediates.at(-1) ?? root
  const draft: CertifiedDraft = {
    domain,
    validity,
    roots,
    issuer,
    intermediates,
    inLayout: random.chance(0.5),
    constraints: new Map(),
    threshold: new Map(STEPS.map((step) => [step, 1])),
    links: [],
    changeLayout: null,
  }
  for (const step of STEPS) addStep(draft, step, random)
  return draft
}

function addStep(draft: CertifiedDraft, step: string, random: Random): void {
  const people = random.chance(0.25) ? 2 : 1
  draft.threshold.set(step, people)
  const constraints: ConstraintSpec[] = []
  for (let number = 1; number <= people; number++) {
    const id = `spiffe://${draft.domain}/ci/${step}${number === 1 ? '' : number}`
    const dns = random.chance(0.2) ? [`${step}${number}.${draft.domain}`] : []
    const subject = random.chance(0.3) ? [['2.5.4.10', 'SPIRE'] as const, ['2.5.4.3', `job ${number}`] as const] : null
    draft.links.push({
      step,
      document: linkOf(step),
      leaf: {
        issuer: draft.issuer,
        uris: [id],
        dns,
        kind: random.pick(KINDS),
        ...draft.validity,
        ...(subject === null ? {} : { subject }),
      },
      pem: null,
      keyid: null,
      after: null,
    })
    constraints.push({
      uris: random.chance(0.1) && people === 1 ? ['*'] : [id],
      dnsNames: random.chance(0.5) ? ['*'] : dns.length === 0 ? [''] : dns,
      emails: random.pick([['*'], [''], []]),
      organizations: random.pick([['*'], ['SPIRE']]),
      roots: ['*'],
      ...(subject === null
        ? { commonName: random.pick(['*', '']) }
        : { commonName: random.pick(['*', `job ${number}`]) }),
    })
  }
  if (random.chance(0.2)) constraints.unshift({ uris: [`spiffe://${draft.domain}/nobody`] })
  // a wildcard among several roots that name no domain leaves open whose they are; that is a difference of its own
  const bare = draft.roots.length > 1
  draft.constraints.set(
    step,
    bare ? constraints.map((one) => (one.uris?.[0] === '*' ? closed(one, draft, step) : one)) : constraints,
  )
}

function closed(constraint: ConstraintSpec, { domain }: CertifiedDraft, step: string): ConstraintSpec {
  return { ...constraint, uris: [`spiffe://${domain}/ci/${step}`] }
}

function linkOf(step: string): JsonObject {
  if (step === 'clone') return linkDocument({ name: 'clone', products: { 'main.c': 'int main' } })
  return linkDocument({ name: 'build', materials: { 'main.c': 'int main' }, products: { app: 'machine code' } })
}

/** The files of the chain: layout, owner's key, links, intermediates that are handed over. */
export function renderCertified(draft: CertifiedDraft): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const text = (value: string) => new TextEncoder().encode(value)
  files.set('root.layout', metablock(layoutOf(draft), [owner]))
  files.set('owner.pub', text(`${owner.key.pem}\n`))
  for (const link of draft.links) {
    const by = makeSvid(link.leaf.issuer, link.leaf.uris?.[0] ?? '', link.leaf)
    const keyid = link.keyid ?? by.keyid
    const pem = link.pem === null ? by.pem : link.pem(by)
    const bytes = certifiedMetablock(link.document, [{ by, keyid, pem }])
    files.set(`links/${link.step}.${keyid.slice(0, 8)}.link`, link.after === null ? bytes : link.after(bytes))
  }
  if (!draft.inLayout) {
    for (const [index, { pem }] of draft.intermediates.entries()) files.set(`intermediate-${index}.pem`, text(pem))
  }
  return files
}

function layoutOf(draft: CertifiedDraft): JsonObject {
  const document = layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [
      {
        name: 'clone',
        keys: [],
        products: ['CREATE main.c', 'DISALLOW *'],
        threshold: draft.threshold.get('clone') ?? 1,
      },
      {
        name: 'build',
        keys: [],
        materials: ['MATCH main.c WITH PRODUCTS FROM clone', 'DISALLOW *'],
        products: ['CREATE app', 'DISALLOW *'],
        threshold: draft.threshold.get('build') ?? 1,
      },
    ],
  })
  // in-toto-golang leaves out what is empty, and then finds no signature over its own rendering
  if (draft.roots.length > 0) document.set('rootcas', authoritiesObject(draft.roots))
  if (draft.inLayout && draft.intermediates.length > 0) {
    document.set('intermediatecas', authoritiesObject(draft.intermediates))
  }
  for (const step of stepsOf(document)) {
    const constraints = draft.constraints.get(String(step.get('name'))) ?? []
    if (constraints.length > 0) step.set('cert_constraints', constraints.map(constraintObject))
  }
  draft.changeLayout?.(document)
  return document
}

/** The step objects of a layout. */
export function stepsOf(layout: JsonObject): JsonObject[] {
  const steps: JsonValue | undefined = layout.get('steps')
  return Array.isArray(steps) ? steps.filter((step) => step instanceof Map) : []
}
