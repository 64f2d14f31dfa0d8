import { requestActor } from '../../auth/request-actor.ts'
import { AppError } from '../../errors.ts'
import type { IncomingFile } from '../../services/imports/finding.ts'
import { collectFile } from './collect-file.ts'
import { BODY_LIMITS, type BodyLimits, guardedBody } from './guarded-body.ts'
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
  if (multipartType.test(type)) return { single: false, files: form(request, limits) }
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
  return form(request, limits)
}

function form(request: Request, limits?: BodyLimits): AsyncGenerator<IncomingFile> {
  return whileAdmitted(request, multipartFiles(request, guardedBody(request, limits)), limits)
}

function whole(request: Request, path: string, limits?: BodyLimits): AsyncGenerator<IncomingFile> {
  return whileAdmitted(request, one(), limits)

  async function* one() {
    yield await collectFile(path, guardedBody(request, limits))
  }
}

/**
 * The same files. A token may be revoked, and a session ended, while a slow upload is under way: what has not come whole
 * by then is not taken (F-18).
 */
async function* whileAdmitted(
  request: Request,
  files: AsyncIterable<IncomingFile>,
  { trustMs }: BodyLimits = BODY_LIMITS,
): AsyncGenerator<IncomingFile> {
  let sureAt = Date.now()
  for await (const file of files) {
    if (Date.now() - sureAt >= trustMs) {
      if ((await requestActor(request.headers)) === null) throw notAnyMore()
      sureAt = Date.now()
    }
    yield file
  }
}

function notAnyMore(): AppError {
  return new AppError(
    'UNAUTHENTICATED',
    'The API token or the session ended while the upload was under way. What came before that is kept, the rest is not.',
  )
}
