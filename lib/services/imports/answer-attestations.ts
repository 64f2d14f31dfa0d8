import {
  attestationAnswerSchema,
  attestationBatchSchema,
  type Import,
  type ImportFile,
} from '#lib/contract/evidence.ts'
import { AppError } from '#lib/errors.ts'

/** 201 stored, 200 known, 202 quarantined; what was refused is a problem. */
const statusOf = { stored: 201, known: 200, quarantined: 202 } as const

/** The answer to a push. It is made after the commit: whoever reads 2xx may forget the file. */
export function answerAttestations(single: boolean, brought: Import): Response {
  // a form whose documents are no files, or lines without a document: who sent it must not think that it is kept
  if (brought.files.length === 0)
    throw new AppError(
      'BAD_REQUEST',
      'Expected at least one document in the body, in a form as a file with a name; found none. Nothing was stored.',
    )
  if (!single)
    return Response.json(attestationBatchSchema.parse({ import: brought.id, rows: brought.files.map(rowOf) }))
  const [file, ...more] = brought.files
  // a body that turned out to hold several documents
  if (file === undefined || more.length > 0) return answerAttestations(false, brought)
  if (file.fate === 'refused' || file.fate === 'listed') throw refused(file)
  return Response.json(attestationAnswerSchema.parse(rowOf(file)), { status: statusOf[file.fate] })
}

function rowOf({ path, sha256, fate, kind, code, message, place }: ImportFile) {
  return { path, sha256, fate, kind, code, message, place }
}

function refused({ code, message, kind }: ImportFile): AppError {
  const extra = { formatCode: code ?? 'NOT_METADATA', kind }
  const sentence =
    message ?? 'Expected in-toto metadata, a public key or a certificate; found something else. Nothing was stored.'
  return new AppError(code === 'LIMIT' ? 'TOO_LARGE' : 'BAD_REQUEST', sentence, { extra })
}
