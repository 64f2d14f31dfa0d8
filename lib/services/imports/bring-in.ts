import { randomUUID } from 'node:crypto'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Import, ImportFile } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { currentRequestId } from '../audit/request-id.ts'
import { HEAVY_BYTES, isHeavy, runHeavy } from '../heavy/run-heavy.ts'
import type { BatchAnswer, ImportHead } from './act.ts'
import { batches } from './batches.ts'
import { checkDelivery } from './check-delivery.ts'
import { commitAct } from './commit-act.ts'
import type { DeliveryRequest } from './delivery.ts'
import type { IncomingFile, Item } from './finding.ts'
import { countsOf } from './import-row.ts'
import { IMPORT_LIMITS } from './limits.ts'
import { storedText } from './store/stored-text.ts'

export interface BringIn {
  readonly via: Import['via']
  readonly title: string
  /** when it came; the demo says when it would have come */
  readonly at: Date
  readonly files: AsyncIterable<IncomingFile> | Iterable<IncomingFile>
  readonly delivery: DeliveryRequest
  readonly demo?: boolean
  /** every file was sent as metadata: what cannot be read is quarantined whatever it looks like */
  readonly meant?: boolean
}

/**
 * Brings files in: says what each is by its content, stores what is metadata, keys or certificates, and answers with
 * the fate of every one. Written in batches, each one transaction with its audit row and jobs; what was answered is
 * committed. The same content again is known and changes nothing but who was seen bringing it.
 * @throws AppError where the whole act is refused; a bad file only has a bad fate
 */
export async function bringIn(actor: Actor, input: BringIn): Promise<Import> {
  requireRight(actor, 'evidence:bring')
  await checkDelivery(actor, input.delivery)
  const head: ImportHead = {
    id: randomUUID(),
    at: input.at,
    demo: input.demo ?? false,
    via: input.via,
    title: storedText(input.title, 200),
    delivery: input.delivery,
    sourceId: null,
  }
  const files: ImportFile[] = []
  const software = new Set<string>()
  let closed = false
  for await (const part of parts(input)) {
    const answer = await write(actor, head, part, files.length, input.meant ?? false)
    files.push(...answer.files)
    for (const id of answer.software) software.add(id)
    closed ||= answer.closed
  }
  if (files.length === 0) await write(actor, head, { items: [] }, 0, false)
  return importOf(actor, head, closed ? files.map(afterClosing) : files, [...software])
}

/** What is written at one go: small files together, a large one by itself. */
type Part = { readonly items: Item[] } | { readonly large: IncomingFile }

async function* parts({ files, meant = false }: BringIn): AsyncGenerator<Part> {
  let small: IncomingFile[] = []
  let bytes = 0
  for await (const file of files) {
    if (isHeavy(file.bytes.length, HEAVY_BYTES)) {
      for await (const items of batches(small, meant)) yield { items }
      small = []
      bytes = 0
      yield { large: file }
      continue
    }
    small.push(file)
    bytes += file.bytes.length
    if (small.length < IMPORT_LIMITS.batchFiles && bytes < IMPORT_LIMITS.batchBytes) continue
    for await (const items of batches(small, meant)) yield { items }
    small = []
    bytes = 0
  }
  for await (const items of batches(small, meant)) yield { items }
}

function write(actor: Actor, head: ImportHead, part: Part, first: number, meant: boolean): Promise<BatchAnswer> {
  const requestId = currentRequestId()
  if ('items' in part) return commitAct({ actor, head, items: part.items, first, requestId })
  return runHeavy('bring-in-file', { actor, head, file: part.large, meant, first, requestId })
}

/** The client is told: what it pushed was kept, but it belongs to no run. */
function afterClosing(file: ImportFile): ImportFile {
  if (file.code !== null || (file.fate !== 'stored' && file.fate !== 'known')) return file
  const message = 'The run had closed: it stays open for 24 hours. The file is kept, but belongs to no run.'
  return { ...file, code: 'RUN_CLOSED', message }
}

async function importOf(actor: Actor, head: ImportHead, files: ImportFile[], software: string[]): Promise<Import> {
  const where = { id: { in: software } }
  const select = { slug: true, name: true } as const
  const rows = software.length === 0 ? [] : await db.software.findMany({ where, select, orderBy: { name: 'asc' } })
  const { id, at, via, title, demo } = head
  return {
    id,
    at: at.toISOString(),
    actorName: actor.name,
    via,
    title,
    demo,
    files,
    counts: countsOf(files),
    software: rows,
  }
}
