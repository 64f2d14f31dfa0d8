import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { IMPORT_LIMITS } from '../../services/imports/limits.ts'
import { collectFile } from './collect-file.ts'

const piece = new Uint8Array(1024 * 1024).map((_, at) => at % 251)

async function* pieces(count: number, more: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n++) yield piece
  yield more
}

test('what is too large to be read is known by its size and the digest of all of it', async () => {
  const count = Math.ceil(IMPORT_LIMITS.fileBytes / piece.length) + 3
  const more = new TextEncoder().encode('the end')
  const file = await collectFile('large', pieces(count, more))
  const hash = createHash('sha256')
  for (let n = 0; n < count; n++) hash.update(piece)
  expect(file.oversize).toEqual({ size: count * piece.length + more.length, sha256: hash.update(more).digest('hex') })
  expect(file.bytes.length).toBe(piece.length)
})

test('what is read comes whole', async () => {
  const more = new TextEncoder().encode('the end')
  const file = await collectFile('small', pieces(2, more))
  expect(file.oversize).toBeUndefined()
  expect(Buffer.from(file.bytes).equals(Buffer.concat([piece, piece, more]))).toBe(true)
})
