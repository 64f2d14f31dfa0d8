import { z } from 'zod'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { type Layout, type Link, type Report, readDocument, type StepReport } from '#lib/in-toto/index.ts'
import { recordOf as recordedBy } from '#lib/in-toto/verify/step-form.ts'
import { parseReport } from './parse-report.ts'

const include = {
  files: true,
  software: true,
  current: { include: { binding: { include: { version: true, envelope: true } } } },
} satisfies Prisma.BuildInclude

type Found = Prisma.BuildGetPayload<{ include: typeof include }>

/** A build with the report of its current verdict; `report` is null while it waits to be judged. */
export interface JudgedBuild {
  readonly build: Found
  readonly report: Report | null
}

/** By id or short id. Throws NOT_FOUND. */
export async function judgedBuild(id: string): Promise<JudgedBuild> {
  const where = z.uuid().safeParse(id).success ? { id } : { short: id }
  const build = await db.build.findUnique({ where, include })
  if (build === null) throw notFound(`build ${id.slice(0, 80)}`)
  return { build, report: build.current === null ? null : parseReport(build.current.report) }
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'))

/** The bytes of an envelope as they were received; null where nothing is stored under that digest. */
export async function envelopeBytes(sha256: string): Promise<Uint8Array | null> {
  const content = await db.envelopeContent.findFirst({ where: { envelope: { sha256: bytesOf(sha256) } } })
  return content?.bytes ?? null
}

/** Bytes of all documents that counted for these steps or were passed over, those of their sublayouts included. */
export async function documentBytes(steps: readonly StepReport[]): Promise<number> {
  const sha256s = [...new Set(documentsOf(steps))].filter((hex) => /^[0-9a-f]{64}$/.test(hex))
  if (sha256s.length === 0) return 0
  const sum = await db.envelope.aggregate({ where: { sha256: { in: sha256s.map(bytesOf) } }, _sum: { size: true } })
  return sum._sum.size ?? 0
}

/** sha256 of those documents. */
export function documentsOf(steps: readonly StepReport[]): string[] {
  return steps.flatMap(({ counted, skipped, sublayout }) => [
    ...counted.map(({ sha256 }) => sha256),
    ...skipped.flatMap(({ sha256 }) => sha256 ?? []),
    ...documentsOf(sublayout?.steps ?? []),
  ])
}

/** The layout that was judged with; null where it cannot be read. */
export async function judgedLayout({ build }: JudgedBuild): Promise<Layout | null> {
  const envelope = build.current?.binding.envelope
  if (envelope === undefined) return null
  const document = await readStored(Buffer.from(envelope.sha256).toString('hex'))
  return document?.kind === 'layout' ? document.document : null
}

/**
 * The link that stands for a step: the first of those that count (they are equal). For a step that was handed on to a
 * sublayout, what the sublayout took in and gave out.
 */
export async function stepLink(step: StepReport): Promise<Pick<Link, 'materials' | 'products'> | null> {
  const counted = step.counted[0]
  if (counted === undefined) return null
  if (step.sublayout !== undefined) return summaryLink(step.sublayout)
  return recordOf(counted.sha256)
}

/** What a stored link or statement recorded; null where the document is none or cannot be read. */
export async function recordOf(sha256: string): Promise<Pick<Link, 'materials' | 'products'> | null> {
  const document = await readStored(sha256)
  if (document?.kind === 'statement') return recordedBy(document.document)
  return document?.kind === 'link' ? document.document : null
}

async function summaryLink(report: Report): Promise<Pick<Link, 'materials' | 'products'> | null> {
  const [first] = report.steps
  const last = report.steps.at(-1)
  if (first === undefined || last === undefined) return null
  const [begin, end] = [await stepLink(first), await stepLink(last)]
  return begin === null || end === null ? null : { materials: begin.materials, products: end.products }
}

async function readStored(sha256: string) {
  const bytes = await envelopeBytes(sha256)
  if (bytes === null) return null
  const document = readDocument(sha256, bytes, sha256)
  return 'envelope' in document ? document.envelope : null
}
