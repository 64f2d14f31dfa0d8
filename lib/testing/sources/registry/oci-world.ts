import { ociSettingsSchema } from '#lib/contract/sources.ts'
import type { Connector, Ports } from '#lib/sources/connector.ts'
import { guardedFetch } from '#lib/sources/guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '#lib/sources/guarded-fetch/outbound-policy.ts'
import { ociKind } from '#lib/sources/oci/oci.ts'
import type { ContractWorld } from '../connector-contract.ts'
import { DSSE, imageManifest, jsonBytes, Repository, sha256Digest } from './push.ts'

export interface Connect {
  readonly settings?: object
  /** by name; of another server as `HOST NAME` */
  readonly secrets?: Readonly<Record<string, string>>
  readonly origins?: readonly string[]
  readonly memory?: Ports['memory']
  readonly now?: () => Date
}

/** A connector to a registry at this origin, through the real guard. */
export function connectTo(origin: string, repositories: readonly string[], more: Connect = {}): Connector {
  const { settings = {}, secrets = {}, origins = [], memory, now = () => new Date() } = more
  return ociKind.open(ociSettingsSchema.parse({ url: origin, repositories, ...settings }), {
    fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins([origin, ...origins].join(' ')) }),
    credentials: {
      secret: async (name, server) => secrets[server === undefined ? name : `${server.host} ${name}`] ?? null,
    },
    folders: [],
    now,
    ...(memory === undefined ? {} : { memory }),
  })
}

/** A DSSE envelope around a statement about one digest, not signed by anybody. */
export function envelope(sha256: string, more: object = {}): Uint8Array<ArrayBuffer> {
  const subject = [{ name: 'image', digest: { sha256 } }]
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://x.example/v1',
    ...more,
  }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  return jsonBytes({ payloadType: 'application/vnd.in-toto+json', payload, signatures: [] })
}

const label = (number: number) => String(number).padStart(64, '0')

/** What the contract wants of a registry: each document hangs on an image of its own. */
export function worldOf(origin: string, name: string, referrers: boolean): ContractWorld {
  const repository = new Repository(origin, name)
  const attached = new Map<string, string>()
  return {
    open: async () => connectTo(origin, [name]),
    put: async (tag, bytes) => {
      const document = Uint8Array.from(bytes)
      const image = await repository.image(contentOf(document), tag)
      const referrer = await repository.attach(image, [[document, DSSE]])
      if (!referrers) await repository.noteInTag(image, referrer)
      const key = `${name}@${sha256Digest(document)}`
      attached.set(key, referrer.digest)
      return key
    },
    remove: async (key) => repository.remove(attached.get(key) ?? ''),
    openUnreachable: async () => connectTo('http://127.0.0.1:1', [name]),
    document: (number) => envelope(label(number)),
    digestOf: (number) => ({ algo: 'sha256', digest: imageDigest(envelope(label(number))).slice('sha256:'.length) }),
  }
}

function contentOf(document: Uint8Array): string {
  return sha256Digest(document)
}

/** The digest of the image that `put` makes for a document. */
function imageDigest(document: Uint8Array): string {
  const content = contentOf(document)
  const descriptor = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: sha256Digest(bytes),
    size: bytes.length,
  })
  const config = descriptor('application/vnd.oci.image.config.v1+json', jsonBytes({ content }))
  const layer = descriptor('application/vnd.oci.image.layer.v1.tar', Buffer.from(`layer ${content}`))
  return sha256Digest(jsonBytes(imageManifest(config, [layer])))
}
