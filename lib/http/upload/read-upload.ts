import { AppError } from '../../errors.ts'
import type { IncomingFile } from '../../services/imports/finding.ts'
import { collectFile } from './collect-file.ts'
import { type BodyLimits, guardedBody } from './guarded-body.ts'
import { multipartFiles } from './multipart-files.ts'

export interface Upload {
  /** one document as the body itself */
  readonly single: boolean
  readonly files: AsyncIterable<IncomingFile>
}

const documentType =
  /^application\/(json|dsse(\.envelope)?(\+json)?|vnd\.in-toto[\w.+-]*|vnd\.dsse[\w.+-]*|x-pem-file|octet-stream)\s*(;|$)/i
const linesType = /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)\s*(;|$)/i
const multipartType = /^multipart\/form-data\s*;/i

/** The files of an upload, by its Content-Type: one document, JSON lines, or the files of a form. */
export function readUpload(request: Request, path: string | null, limits?: BodyLimits): Upload {
  const type = request.headers.get('content-type') ?? ''
  if (multipartType.test(type)) return { single: false, files: multipartFiles(request, guardedBody(request, limits)) }
  if (linesType.test(type)) return { single: false, files: whole(request, path ?? 'lines.jsonl', limits) }
  if (documentType.test(type)) return { single: true, files: whole(request, path ?? 'attestation.json', limits) }
  throw new AppError(
    'UNSUPPORTED_TYPE',
    'Expected Content-Type application/json (one document), application/x-ndjson (one a line) or multipart/form-data ' +
      `(files); found ${type || 'none'}.`,
  )
}

/** The files of a form; nothing else is taken. */
export function readForm(request: Request, limits?: BodyLimits): AsyncIterable<IncomingFile> {
  const type = request.headers.get('content-type') ?? ''
  if (!multipartType.test(type))
    throw new AppError(
      'UNSUPPORTED_TYPE',
      `Expected Content-Type multipart/form-data with files; found ${type || 'none'}.`,
    )
  return multipartFiles(request, guardedBody(request, limits))
}

async function* whole(request: Request, path: string, limits?: BodyLimits): AsyncGenerator<IncomingFile> {
  yield await collectFile(path, guardedBody(request, limits))
}
