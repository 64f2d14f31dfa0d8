/** A layer as a manifest describes it. */
export interface Layer {
  readonly mediaType?: string | undefined
  readonly annotations?: Readonly<Record<string, unknown>> | null | undefined
}

/** DSSE, in-toto statements with or without an envelope (BuildKit's have none), links and layouts, Sigstore bundles. */
const types = /^application\/vnd\.(dsse\.envelope|in-toto|dev\.sigstore\.bundle)\b/

/** Names that in-toto's own tools give to what they write. */
const names = /\.(link|layout|att|dsse|intoto|intoto\.jsonl?|sigstore|sigstore\.json|jsonl)$/i

/** What `oras attach` calls a layer of which nobody said what it is. */
const unsaid =
  /^(application\/(json|jsonl|octet-stream|x-ndjson)|text\/plain|application\/vnd\.oci\.image\.layer\.v1\.tar)$/

/** Whether a layer is meant as evidence: by its own media type, that of its manifest, or the name of its file. */
export function isEvidence({ mediaType = '', annotations }: Layer, artifactType: string | null): boolean {
  if (types.test(mediaType)) return true
  if (!unsaid.test(mediaType)) return false
  const title = annotations?.['org.opencontainers.image.title']
  return (artifactType !== null && types.test(artifactType)) || (typeof title === 'string' && names.test(title))
}
