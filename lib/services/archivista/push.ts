import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import type { uploadAnswerSchema } from '#lib/contract/archivista.ts'
import { AppError } from '#lib/errors.ts'
import { bringIn } from '../imports/bring-in.ts'
import type { DeliveryRequest } from '../imports/delivery.ts'
import type { IncomingFile } from '../imports/finding.ts'
import { gitoidOf } from '../imports/store/gitoid.ts'

export interface Pushed {
  /** 200: stored or known; 202: kept, but not readable. Clients of Archivista take anything but 200 for a failure. */
  readonly status: 200 | 202
  readonly answer: z.input<typeof uploadAnswerSchema>
}

/**
 * Takes in what a client of Archivista uploads, the way every push comes in. The same bytes again are no error, as they
 * are for Archivista. @throws AppError where nothing was stored
 */
export async function pushDocument(
  actor: Actor,
  file: IncomingFile | undefined,
  { delivery, title }: { delivery: DeliveryRequest; title: string },
): Promise<Pushed> {
  if (file === undefined) throw new AppError('BAD_REQUEST', 'Expected a signed document in the body; found none.')
  const { files } = await bringIn(actor, { via: 'api', title, at: new Date(), delivery, files: [file], meant: true })
  const [only, ...more] = files
  const gitoid = gitoidOf(file.bytes)
  if (only === undefined || more.length > 0) {
    const message = `Expected one document; found ${files.length}, each of which was taken in by itself.`
    return { status: 202, answer: { gitoid, code: 'SEVERAL', message } }
  }
  const code = only.code ?? 'NOT_METADATA'
  const message = only.message ?? 'Expected a signed document; found something else. Nothing was stored.'
  if (only.fate === 'quarantined') return { status: 202, answer: { gitoid, code, message } }
  if (only.fate === 'stored' || only.fate === 'known') return { status: 200, answer: { gitoid } }
  throw new AppError(code === 'LIMIT' ? 'TOO_LARGE' : 'BAD_REQUEST', message, { extra: { formatCode: code } })
}
