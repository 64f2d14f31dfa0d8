import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import tar from 'tar-stream'
import { z } from 'zod'

/** Writes a tar.gz, as it is downloaded, into a folder. */
export async function unpack(stream: ReadableStream, dir: string): Promise<void> {
  const extract = tar.extract()
  const gunzip = createGunzip()
  // safe: Node's web stream and the global one are the same class; only their declarations differ
  Readable.fromWeb(stream as unknown as import('node:stream/web').ReadableStream)
    .pipe(gunzip)
    .pipe(extract)
  for await (const entry of extract) {
    const path = join(dir, entry.header.name)
    mkdirSync(join(path, '..'), { recursive: true })
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(z.instanceof(Buffer).parse(chunk))
    writeFileSync(path, Buffer.concat(chunks))
  }
}
