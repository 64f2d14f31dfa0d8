import { createHash } from 'node:crypto'

// Pushes to a registry with plain HTTP, as the distribution-spec says: the same for a fake one and a real one.

export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const EMPTY = 'application/vnd.oci.empty.v1+json'
export const DSSE = 'application/vnd.dsse.envelope.v1+json'
export const IN_TOTO = 'application/vnd.in-toto+json'
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: object
}

export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(JSON.stringify(value)))
}

/** One repository of a registry that takes pushes. */
export class Repository {
  readonly #origin: string
  readonly name: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(origin: string, name: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin
    this.name = name
    this.#headers = headers
  }

  async blob(bytes: Uint8Array<ArrayBuffer>, mediaType = 'application/octet-stream'): Promise<Descriptor> {
    const digest = sha256Digest(bytes)
    const begun = await this.#send('POST', `blobs/uploads/`, 202)
    const location = new URL(begun.headers.get('location') ?? '', this.#origin)
    location.searchParams.set('digest', digest)
    const headers = { ...this.#headers, 'content-type': 'application/octet-stream' }
    const put = await fetch(location, { method: 'PUT', body: bytes, headers })
    if (put.status !== 201) throw new Error(`the blob was not taken: ${put.status} ${await put.text()}`)
    return { mediaType, digest, size: bytes.length }
  }

  /** @param reference a tag; without one it goes under its digest */
  async manifest<T extends { readonly mediaType: string }>(value: T, reference?: string): Promise<Descriptor> {
    const bytes = jsonBytes(value)
    const digest = sha256Digest(bytes)
    await this.#send('PUT', `manifests/${reference ?? digest}`, 201, bytes, value.mediaType)
    return { mediaType: value.mediaType, digest, size: bytes.length }
  }

  /** An image of one layer, different for each content. */
  async image(content: string, tag?: string): Promise<Descriptor> {
    const config = await this.blob(jsonBytes({ content }), 'application/vnd.oci.image.config.v1+json')
    const layer = await this.blob(
      Uint8Array.from(Buffer.from(`layer ${content}`)),
      'application/vnd.oci.image.layer.v1.tar',
    )
    return this.manifest(imageManifest(config, [layer]), tag)
  }

  /** An artifact that refers to a subject, as `oras attach` and cosign push it: without a tag. */
  async attach(
    subject: Descriptor | null,
    layers: readonly (readonly [Uint8Array<ArrayBuffer>, string, Record<string, string>?])[],
    artifactType: string = layers[0]?.[1] ?? EMPTY,
    tag?: string,
  ): Promise<Descriptor> {
    const config = await this.blob(jsonBytes({}), EMPTY)
    const pushed = await Promise.all(
      layers.map(async ([bytes, mediaType, annotations]) => ({
        ...(await this.blob(bytes, mediaType)),
        ...(annotations === undefined ? {} : { annotations }),
      })),
    )
    const manifest = { ...imageManifest(config, pushed), artifactType, ...(subject === null ? {} : { subject }) }
    return { ...(await this.manifest(manifest, tag)), artifactType }
  }

  /** distribution-spec, "Referrers Tag Schema": what a client does where the registry has no referrers API. */
  async noteInTag(subject: Descriptor, referrer: Descriptor): Promise<Descriptor> {
    const tag = subject.digest.replace(':', '-')
    const known = await fetch(`${this.#origin}/v2/${this.name}/manifests/${tag}`, {
      headers: { ...this.#headers, accept: INDEX },
    })
    const before: unknown = known.status === 200 ? await known.json() : null
    const manifests = isIndex(before) ? before.manifests : []
    return this.manifest({ schemaVersion: 2, mediaType: INDEX, manifests: [...manifests, referrer] }, tag)
  }

  async remove(digest: string): Promise<void> {
    await this.#send('DELETE', `manifests/${digest}`, 202)
  }

  async #send(method: string, path: string, expected: number, body?: Uint8Array<ArrayBuffer>, type?: string) {
    const response = await fetch(`${this.#origin}/v2/${this.name}/${path}`, {
      method,
      body: body ?? null,
      headers: { ...this.#headers, ...(type === undefined ? {} : { 'content-type': type }) },
    })
    if (response.status === expected) return response
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  }
}

function isIndex(value: unknown): value is { manifests: Descriptor[] } {
  return typeof value === 'object' && value !== null && 'manifests' in value && Array.isArray(value.manifests)
}

export function imageManifest(config: Descriptor, layers: readonly Descriptor[]) {
  return { schemaVersion: 2, mediaType: MANIFEST, config, layers }
}

export function imageIndex(manifests: readonly Descriptor[]) {
  return { schemaVersion: 2, mediaType: INDEX, manifests }
}
