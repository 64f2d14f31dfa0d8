import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { concatBytes } from '#lib/crypto/index.ts'
import { SourceError } from '../connector.ts'

const decoders: Record<string, () => Duplex> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * The answer's body, unpacked where a proxy packed it although nobody asked for that. Never holds more than `limit` bytes:
 * what is longer, packed or unpacked, is LIMIT. A body that breaks off rejects with Node's own error.
 */
export async function readBody(answer: IncomingMessage, limit: number, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(answer.headers['content-length'] ?? 0)
  if (announced > limit) throw tooLarge(host, limit, `${announced} bytes`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of unpacked(answer, host)) {
    size += chunk.length
    if (size > limit) throw tooLarge(host, limit, 'more')
    chunks.push(chunk)
  }
  return concatBytes(...chunks)
}

function unpacked(answer: IncomingMessage, host: string): AsyncIterable<Uint8Array> {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return answer
  const decoder = decoders[coding]
  if (decoder === undefined)
    throw new SourceError('BAD_ANSWER', `${host} packed its answer in a way that was not asked for and is not known.`)
  const plain = decoder()
  // what goes wrong arrives where it is read
  pipeline(answer, plain, () => undefined)
  return plain
}

function tooLarge(host: string, limit: number, found: string): SourceError {
  return new SourceError('LIMIT', `The answer of ${host} may have ${limit} bytes; it has ${found}. Reading stopped.`)
}
