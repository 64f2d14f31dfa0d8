import { deflateRawSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { detectArchive } from './detect.ts'
import { ArchiveError } from './entry.ts'
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts'
import { readArchive } from './read-archive.ts'

type Made = {
  name: string
  content?: string | Uint8Array
  type?: 'symlink' | 'link' | 'fifo' | 'directory'
  claimed?: number
  flags?: number
}

/** A tar as a hostile hand makes it: names and kinds are taken as they are. */
async function tar(files: Made[]): Promise<Buffer> {
  const packer = pack()
  for (const { name, content = '', type } of files) {
    const header = type === undefined ? { name } : { name, type, linkname: 'target' }
    packer.entry(header, type === undefined ? Buffer.from(content) : Buffer.alloc(0))
  }
  packer.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of packer) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A zip, byte by byte, because no tool would write these. */
function zip(files: Made[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, content = '', type, claimed, flags = 0x800 } of files) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const label = Buffer.from(name)
    const sizes = Buffer.alloc(12)
    sizes.writeUInt32LE(crc32(raw), 0)
    sizes.writeUInt32LE(packed.length, 4)
    sizes.writeUInt32LE(claimed ?? raw.length, 8)
    const common = Buffer.alloc(10)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(8, 4)
    const lengths = Buffer.alloc(4)
    lengths.writeUInt16LE(label.length, 0)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, sizes, lengths, label, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(type === 'symlink' ? 0xa1ff0000 : 0x81a40000, 6)
    rest.writeUInt32LE(at, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, sizes, lengths, rest, label]))
    parts.push(local)
    at += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06', 'latin1'), end])
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** path -> content, or the code of its refusal; `!` the code with which all ended. */
async function read(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<Record<string, string>> {
  const kind = detectArchive(bytes)
  if (kind === null) throw new Error('not an archive')
  const found: Record<string, string> = {}
  try {
    for await (const entry of readArchive(bytes, kind, { ...ARCHIVE_LIMITS, ...limits })) {
      const name = entry.path in found ? `${entry.path} again` : entry.path
      found[name] = entry.fault === null ? Buffer.from(entry.bytes).toString() : entry.fault.code
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    expect(error.message.length).toBeGreaterThan(30)
    found['!'] = error.code
  }
  return found
}

const makers = [
  ['zip', async (files: Made[]) => zip(files)],
  ['tar', tar],
  ['tar.gz', async (files: Made[]) => gzipSync(await tar(files))],
] as const

describe.each(makers)('a %s', (kind, make) => {
  test('is known by its content and gives its files', async () => {
    const bytes = await make([
      { name: 'a/b.link', content: 'one' },
      { name: './c', content: '' },
      { name: 'ü/é.txt', content: 'x' },
    ])
    expect(detectArchive(bytes)).toBe(kind)
    expect(await read(bytes)).toEqual({ 'a/b.link': 'one', c: '', 'ü/é.txt': 'x' })
  })

  test('one bad entry spoils no other', async () => {
    const files: Made[] = [
      { name: 'first', content: '1' },
      { name: '../up', content: 'x' },
      { name: 'a/../../up', content: 'x' },
      { name: '/etc/passwd', content: 'x' },
      { name: 'C:/windows', content: 'x' },
      { name: 'dir\\file', content: 'x' },
      { name: 'link', type: 'symlink' },
      { name: 'first', content: '2' },
      { name: './first', content: '3' },
      { name: `${'d/'.repeat(33)}deep`, content: 'x' },
      { name: 'large', content: 'x'.repeat(101) },
      { name: 'last', content: '9' },
    ]
    expect(await read(await make(files), { entryBytes: 100 })).toEqual({
      first: '1',
      '../up': 'PATH_TRAVERSAL',
      'a/../../up': 'PATH_TRAVERSAL',
      '/etc/passwd': 'ABSOLUTE_PATH',
      'C:/windows': 'ABSOLUTE_PATH',
      'dir\\file': 'NAME_INVALID',
      link: 'LINK',
      'first again': 'DUPLICATE_NAME',
      './first': 'DUPLICATE_NAME',
      [`${'d/'.repeat(33)}deep`]: 'PATH_TOO_DEEP',
      large: 'ENTRY_TOO_LARGE',
      last: '9',
    })
  })

  test('a name that is too long is refused by itself', async () => {
    const name = 'n'.repeat(1_025)
    expect(
      await read(
        await make([
          { name, content: 'x' },
          { name: 'b', content: 'y' },
        ]),
      ),
    ).toEqual({ [name]: 'NAME_TOO_LONG', b: 'y' })
  })

  test('more entries than the limit end the reading; what came before stands', async () => {
    const files = Array.from({ length: 6 }, (_, n) => ({ name: `f${n}`, content: `${n}` }))
    expect(await read(await make(files), { entries: 4 })).toEqual({
      f0: '0',
      f1: '1',
      f2: '2',
      f3: '3',
      '!': 'ARCHIVE_ENTRIES',
    })
  })

  test('a total beyond the limit ends the reading', async () => {
    const files = Array.from({ length: 40 }, (_, n) => ({ name: `f${n}`, content: 'x'.repeat(3_000) }))
    expect(await read(await make(files), { totalBytes: 60_000 })).toMatchObject({ '!': 'ARCHIVE_TOTAL_SIZE' })
  })

  test('a damaged one is unreadable, with a sentence', async () => {
    const bytes = await make([{ name: 'a', content: 'x'.repeat(5_000) }])
    const cut =
      kind === 'zip'
        ? bytes.subarray(0, bytes.length - 10)
        : bytes.subarray(0, kind === 'tar' ? 1_000 : bytes.length - 12)
    expect(await read(Buffer.from(cut))).toMatchObject({ '!': 'ARCHIVE_UNREADABLE' })
  })
})

test.each([makers[0], makers[2]])('a %s that unpacks to far more than its size is stopped', async (_, make) => {
  const bytes = await make([{ name: 'bomb', content: Buffer.alloc(30_000_000) }])
  expect(bytes.length).toBeLessThan(100_000)
  expect(await read(bytes)).toEqual({ '!': 'ARCHIVE_RATIO' })
})

test('a zip that lies about a size is found out', async () => {
  expect(
    await read(
      zip([
        { name: 'liar', content: 'x'.repeat(5_000), claimed: 10 },
        { name: 'b', content: 'y' },
      ]),
    ),
  ).toEqual({
    liar: 'ENTRY_DAMAGED',
    b: 'y',
  })
})

test('NUL in a name and encrypted entries of a zip are refused', async () => {
  expect(
    await read(
      zip([
        { name: 'a\0b', content: 'x' },
        { name: 'secret', content: 'x', flags: 0x801 },
      ]),
    ),
  ).toEqual({
    'a\0b': 'NAME_INVALID',
    secret: 'ENCRYPTED',
  })
})

test('hard links and pipes of a tar are refused', async () => {
  expect(
    await read(
      await tar([
        { name: 'hard', type: 'link' },
        { name: 'pipe', type: 'fifo' },
        { name: 'd/', type: 'directory' },
      ]),
    ),
  ).toEqual({
    hard: 'LINK',
    pipe: 'SPECIAL_FILE',
  })
})

test('other files are no archives', () => {
  for (const content of ['', '{}', 'PK', 'x'.repeat(600)]) expect(detectArchive(Buffer.from(content))).toBeNull()
  expect(detectArchive(gzipSync('{"signed": {}}'))).toBeNull()
  expect(detectArchive(Buffer.from([0x1f, 0x8b, 0, 0]))).toBeNull()
})
