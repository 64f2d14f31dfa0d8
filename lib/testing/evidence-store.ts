import { sha256, toHex } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { type ReadDocument, type Report, readDocument, verifyLayout } from '#lib/in-toto/index.ts'
import { type FinalGroup, findBuilds, openStore } from '#lib/in-toto/select/builds.ts'
import type { Delivery, SelectInput, StoredDocument } from '#lib/in-toto/select/input.ts'
import { type Judged, judgeBuild } from '#lib/in-toto/select/judge-build.ts'
import { type LayoutSpec, type LinkSpec, layoutDocument, linkDocument } from './authority/documents.ts'
import { linkFileName, metablock } from './authority/envelopes.ts'
import type { TestKey } from './authority/keys.ts'

export const SOFTWARE = 'payments'
export const START = Date.parse('2030-01-01T00:00:00Z')
export const MINUTE = 60_000

/** One link brought once. */
export interface Brought {
  readonly step: string
  readonly bytes: Uint8Array
  readonly path: string
  readonly delivery: string | null
  /** minutes after the start */
  readonly at: number
}

export interface RunSpec {
  readonly id: string
  readonly kind?: Delivery['kind']
  readonly software?: string
  readonly label?: string
  readonly issuer?: string
  readonly attempt?: number
  readonly openedAt?: number
  readonly closesAt?: number
}

/** A store of evidence for tests: links are brought in deliveries, at minutes, and judged by one layout. */
export class EvidenceStore {
  readonly layout: ReadDocument
  readonly layoutBytes: Uint8Array
  readonly brought: Brought[] = []
  readonly runs = new Map<string, Delivery>()
  private readonly owner: TestKey

  constructor(layout: LayoutSpec, owner: TestKey) {
    this.owner = owner
    this.layoutBytes = metablock(layoutDocument(layout), [owner])
    const document = readDocument('root.layout', this.layoutBytes)
    if (!('envelope' in document)) throw new Error(document.problem.message)
    this.layout = document
  }

  run(spec: RunSpec): this {
    const { id, kind = 'pushed', software = SOFTWARE, label = id, issuer = 'ci', openedAt = 0, closesAt = 1440 } = spec
    const { attempt = 1 } = spec
    this.runs.set(id, {
      id,
      kind,
      softwareId: kind === 'pushed' ? software : null,
      issuer,
      label,
      attempt,
      openedAt: START + openedAt * MINUTE,
      closesAt: kind === 'pushed' ? START + (openedAt + closesAt) * MINUTE : null,
    })
    return this
  }

  /** Signs a link and brings it; answers what was brought, so that it can be brought again elsewhere. */
  bring(delivery: string | null, at: number, link: LinkSpec, ...signers: readonly TestKey[]): Brought {
    const [first] = signers
    if (first === undefined) throw new Error('a link needs a signer')
    const bytes = metablock(linkDocument(link), signers)
    return this.again(delivery, at, { step: link.name, bytes, path: linkFileName(link.name, first), delivery, at })
  }

  again(delivery: string | null, at: number, one: Brought): Brought {
    const brought = { ...one, delivery, at }
    this.brought.push(brought)
    return brought
  }

  input(at: number, more: Partial<SelectInput> = {}): SelectInput {
    const documents = [...Map.groupBy(this.brought, ({ bytes }) => toHex(sha256(bytes)))].map(
      ([, same]): StoredDocument => stored(same),
    )
    return {
      softwareId: SOFTWARE,
      layout: this.layout,
      layoutKeys: [this.owner.key],
      parameters: null,
      finalFiles: [],
      documents,
      deliveries: [...this.runs.values()],
      waiting: 60 * MINUTE,
      at: START + at * MINUTE,
      verifySignature,
      ...more,
    }
  }

  /** Every build with its verdict, by delivery and final file names. */
  judge(at = 10_000, more: Partial<SelectInput> = {}): { build: FinalGroup; judged: Judged }[] {
    const store = openStore(this.input(at, more))
    return findBuilds(store).map((build) => ({ build, judged: judgeBuild(store, build) }))
  }

  /** The one build of a delivery. */
  verdict(delivery: string | null, at = 10_000, more: Partial<SelectInput> = {}): Report {
    const found = this.judge(at, more).filter(({ build }) => build.deliveryId === delivery)
    const [only] = found
    if (only === undefined || found.length > 1) throw new Error(`${found.length} builds in ${delivery}`)
    return only.judged.report
  }

  /** What the plain verifier says of a directory that holds these links. */
  directory(links: readonly Brought[], at = 10_000): Report {
    const steps = new Map<string, { document: ReturnType<typeof readDocument>; keyid: string }[]>()
    for (const { step, bytes, path } of links) {
      const keyid = path.split('.').at(-2) ?? ''
      steps.set(step, [...(steps.get(step) ?? []), { document: readDocument(path, bytes), keyid }])
    }
    return verifyLayout({
      layout: this.layout,
      layoutKeys: [this.owner.key],
      links: { steps, namespaces: new Map() },
      at: START + at * MINUTE,
      profile: 'strict',
      verifySignature,
    })
  }
}

function stored(same: readonly Brought[]): StoredDocument {
  const [first] = same
  if (first === undefined) throw new Error('nothing was brought')
  const document = readDocument(first.path, first.bytes)
  return {
    document,
    signedSha256: 'envelope' in document ? toHex(sha256(document.envelope.signedBytes)) : null,
    sightings: same.map(({ delivery, at, path }) => ({
      deliveryId: delivery,
      at: START + at * MINUTE,
      path,
      by: 'tester',
    })),
    // as the server does: what it received, it saw
    proofs: same.map(({ at }) => ({ kind: 'witnessed', at: START + at * MINUTE, by: 'tester', signature: null })),
  }
}
