import { Readable } from 'node:stream'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { AppError } from '../../errors.ts'
import type { IncomingFile } from '../../services/imports/finding.ts'
import { IMPORT_LIMITS } from '../../services/imports/limits.ts'
import { collectFile } from './collect-file.ts'

type Event = { is: 'file'; path: string; stream: BusboyFileStream } | { is: 'end' } | { is: 'error'; error: unknown }

/**
 * The files of a multipart/form-data body, one at a time: the next is read only when this one was taken. The file name
 * of a part is its path, with folders. Parts that are no files are passed over.
 */
export async function* multipartFiles(request: Request, body: AsyncIterable<Uint8Array>): AsyncGenerator<IncomingFile> {
  const parser = openParser(request.headers.get('content-type') ?? '')
  const events = new EventQueue()
  let files = 0
  parser.on('file', (field, stream, name) => {
    // an error of the body is reported by the parser too; without a listener it would end the process
    stream.on('error', () => undefined)
    events.push({ is: 'file', path: name ?? field, stream })
  })
  parser.on('error', (error) => events.push({ is: 'error', error }))
  parser.on('finish', () => events.push({ is: 'end' }))
  const source = Readable.from(body)
  source.on('error', (error) => events.push({ is: 'error', error }))
  source.pipe(parser)
  try {
    for (;;) {
      const event = await events.next()
      if (event.is === 'end') return
      if (event.is === 'error') throw malformed(event.error)
      if (++files > IMPORT_LIMITS.files) throw tooMany()
      yield await collectOrFail(event.path, event.stream, events)
    }
  } finally {
    source.unpipe(parser)
    source.destroy()
  }
}

/** A file whose end never comes is an error of the body. */
function collectOrFail(path: string, stream: BusboyFileStream, events: EventQueue): Promise<IncomingFile> {
  return Promise.race([
    collectFile(path, stream),
    events.failure().then((error): never => {
      throw malformed(error)
    }),
  ])
}

function openParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      preservePath: true,
      limits: { fields: 100, fieldSize: 65_536, headerPairs: 50, fieldNameSize: 1_024 },
    })
  } catch (error) {
    throw malformed(error)
  }
}

function malformed(error: unknown): unknown {
  if (error instanceof AppError) return error
  const why = error instanceof Error ? error.message : 'unreadable'
  return new AppError('BAD_REQUEST', `The multipart body could not be read: ${why}. What came before was kept.`, {
    cause: error,
  })
}

function tooMany(): AppError {
  const message = `One request may hold ${IMPORT_LIMITS.files} files; it holds more. Send a zip or tar, or several requests.`
  return new AppError('TOO_LARGE', message)
}

/** What the parser said, in order, for whoever asks next. */
class EventQueue {
  readonly #events: Event[] = []
  readonly #failed = Promise.withResolvers<unknown>()
  #wake: (() => void) | null = null

  push(event: Event): void {
    if (event.is === 'error') this.#failed.resolve(event.error)
    this.#events.push(event)
    this.#wake?.()
  }

  async next(): Promise<Event> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) return event
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Settles only if something failed. */
  failure(): Promise<unknown> {
    return this.#failed.promise
  }
}
