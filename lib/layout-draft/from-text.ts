import { FormatError, type JsonObject, parseJsonText, utf8 } from '#lib/crypto/index.ts'
import { openEnvelope } from '#lib/in-toto/index.ts'
import { readLayoutText } from './document.ts'

export interface BroughtLayout {
  readonly document: JsonObject
  readonly form: 'layout' | 'metablock' | 'dsse'
  /** signatures that were around it; they are left behind, because a draft is not signed */
  readonly signatures: number
}

/**
 * A layout as people bring it: the bare JSON, a Metablock or a DSSE envelope around it. Nothing of the document is lost.
 * @throws FormatError with a sentence and the place
 */
export function layoutFromText(text: string): BroughtLayout {
  const root = parseJsonText(text)
  const isEnvelope = root instanceof Map && (root.has('payload') || root.has('signed'))
  if (!isEnvelope) return { document: readLayoutText(text), form: 'layout', signatures: 0 }
  const envelope = openEnvelope(utf8(text))
  if (envelope.kind !== 'layout') {
    throw new FormatError('LAYOUT_INVALID', `Expected a layout; the envelope holds a ${envelope.kind}.`, '_type')
  }
  return { document: envelope.value, form: envelope.form, signatures: envelope.signatures.length }
}
