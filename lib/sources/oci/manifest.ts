import { z } from 'zod'
import { SourceError } from '../connector.ts'
import { jsonOf } from './authorization.ts'
import { digestSchema } from './digest.ts'
import { isEvidence } from './evidence-types.ts'

/** What matters of a manifest. It never changes: a digest names the manifest's bytes. */
export const manifestFactsSchema = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('index'),
    children: z.array(z.strictObject({ digest: digestSchema, of: digestSchema.nullable() })),
  }),
  z.strictObject({
    is: z.literal('image'),
    /** what it says it refers to */
    subject: digestSchema.nullable(),
    /** layers that are evidence */
    evidence: z.array(z.strictObject({ digest: digestSchema, name: z.string(), created: z.string().nullable() })),
  }),
])
export type ManifestFacts = z.infer<typeof manifestFactsSchema>

/** image-spec: media types of an index and of a manifest, and what Docker calls them. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  // withdrawn before image-spec 1.1, still in some registries
  'application/vnd.oci.artifact.manifest.v1+json',
].join(', ')

/** distribution-spec, "Pushing Manifests": registries should take this much. */
export const MANIFEST_BYTES = 4 * 1024 * 1024
const MOST_CHILDREN = 1_000
const MOST_LAYERS = 2_000

const annotationsSchema = z.record(z.string(), z.unknown()).nullish()
const descriptorSchema = z.object({
  mediaType: z.string().max(255).optional(),
  digest: z.string(),
  artifactType: z.string().max(255).optional(),
  annotations: annotationsSchema,
})
const documentSchema = z.object({
  mediaType: z.string().max(255).optional(),
  artifactType: z.string().max(255).optional(),
  config: z.object({ mediaType: z.string().max(255).optional() }).nullish(),
  manifests: z.array(descriptorSchema).nullish(),
  layers: z.array(descriptorSchema).nullish(),
  /** the withdrawn artifact manifest's word for layers */
  blobs: z.array(descriptorSchema).nullish(),
  subject: z.object({ digest: z.string() }).nullish(),
  annotations: annotationsSchema,
})
type Descriptor = z.infer<typeof descriptorSchema>

/**
 * Reads a manifest, an index or a list of referrers. Layers are named by digest only: addresses in `urls` are never
 * followed. Throws BAD_ANSWER, and LIMIT for one that is made to be too much.
 * @param what for the sentence, such as `payments/api@sha256:...`
 */
export function readManifest(bytes: Uint8Array, what: string): ManifestFacts {
  const parsed = documentSchema.safeParse(jsonOf(bytes))
  if (!parsed.success) throw new SourceError('BAD_ANSWER', `Expected a manifest or an index in ${what}; found neither.`)
  const { manifests, layers, blobs, subject, config, artifactType, annotations } = parsed.data
  if (manifests) return { is: 'index', children: childrenOf(manifests, what) }
  const parts = layers ?? blobs ?? []
  checkCount(parts.length, MOST_LAYERS, 'layers', what)
  const type = artifactType ?? config?.mediaType ?? null
  const created = timeOf(textOf(annotations, 'org.opencontainers.image.created'))
  const evidence = parts.filter((layer) => digestSchema.safeParse(layer.digest).success && isEvidence(layer, type))
  return {
    is: 'image',
    subject: digestSchema.safeParse(subject?.digest).data ?? null,
    evidence: evidence.map((layer) => ({ digest: layer.digest, name: nameOf(layer), created })),
  }
}

function childrenOf(manifests: readonly Descriptor[], what: string) {
  checkCount(manifests.length, MOST_CHILDREN, 'manifests', what)
  return manifests.flatMap(({ digest, annotations }) => {
    if (!digestSchema.safeParse(digest).success) return []
    // BuildKit: an attestation manifest beside the platform's manifest that it speaks of
    const attests = textOf(annotations, 'vnd.docker.reference.type') === 'attestation-manifest'
    const of = digestSchema.safeParse(textOf(annotations, 'vnd.docker.reference.digest')).data ?? null
    return [{ digest, of: attests ? of : null }]
  })
}

function checkCount(found: number, most: number, things: string, what: string): void {
  if (found <= most) return
  throw new SourceError('LIMIT', `${what} has ${found} ${things}; at most ${most} are read. It is passed over.`)
}

/** A name for people: the file's own where it has a harmless one, else the beginning of its digest. */
function nameOf({ digest, annotations, mediaType = '' }: Descriptor): string {
  const title = textOf(annotations, 'org.opencontainers.image.title')
  if (title !== null && /^[\w@+=-][\w.@+=-]{0,150}$/.test(title)) return title
  const ending = mediaType.startsWith('application/vnd.dev.sigstore.bundle') ? 'sigstore.json' : 'json'
  return `${digest.split(':')[1]?.slice(0, 12)}.${ending}`
}

/** In one form, or null: nobody vouches for it. */
function timeOf(text: string | null): string | null {
  const ms = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

function textOf(annotations: z.infer<typeof annotationsSchema>, name: string): string | null {
  const value = annotations?.[name]
  return typeof value === 'string' ? value : null
}
