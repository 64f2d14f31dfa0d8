import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { parseArguments, UsageError } from './arguments.ts'
import { collectFiles } from './collect-files.ts'
import { importCommand } from './command.ts'
import { fateTable } from './table.ts'

let folder = ''
const said: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-import-'))
  said.length = 0
  const keep = (text: unknown) => said.push(String(text)) > 0
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
  vi.stubEnv('WAYBILL_DATA', join(folder, 'data'))
})

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('nothing of a private key leaves the machine, and links are not followed', async () => {
  const run = join(folder, 'run')
  await mkdir(join(run, 'keys'), { recursive: true })
  await writeFile(join(run, 'a.link'), '{}')
  await writeFile(join(run, 'keys/ci.pem'), makeKey('ci').privatePem())
  await symlink('/etc/hostname', join(run, 'host'))
  const { files, notSent } = await collectFiles([run])
  expect(files.map(({ path }) => path)).toEqual(['run/a.link'])
  expect(notSent.map(({ path, code }) => `${path} ${code}`)).toEqual(['run/host LINK', 'run/keys/ci.pem PRIVATE_KEY'])
})

test('a folder with nothing but a private key makes no request and ends with 1', async () => {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  await writeFile(join(folder, 'k.pem'), makeKey('ci').privatePem())
  expect(await importCommand([join(folder, 'k.pem'), '--url', url, '--token', 'wbl_x'])).toBe(1)
  expect(said.join('')).toMatch(/not sent .*k\.pem\n.*PRIVATE_KEY/)
  expect(requests).toBe(0)
  server.close()
})

test('where no server runs it says npm start and ends with 2', async () => {
  await writeFile(join(folder, 'a.link'), '{}')
  expect(await importCommand([join(folder, 'a.link')])).toBe(2)
  expect(said.join('')).toContain('npm start')
  const nowhere = ['--url', 'http://127.0.0.1:9', '--token', 'wbl_x']
  expect(await importCommand([join(folder, 'a.link'), ...nowhere])).toBe(2)
  expect(said.join('')).toContain('does not answer')
})

test('wrong usage ends with 64 and a sentence', async () => {
  for (const args of [
    [],
    ['--nope'],
    [join(folder, 'missing')],
    ['x', '--url', 'ftp://x'],
    ['x', '--attempt', '0'],
    ['x', '--run'],
  ])
    expect(await importCommand(args), args.join(' ')).toBe(64)
  expect(() => parseArguments(['x', '--software', 's'], {})).toThrow(UsageError)
  expect(parseArguments(['x', '--run=17', '--software', 's', '--attempt', '2'], {})).toMatchObject({
    run: '17',
    attempt: 2,
  })
})

test('control characters of a name are shown, not obeyed', () => {
  const notSent = [{ path: 'a\u001b[2Jb', code: 'LINK', message: 'm' }]
  expect(fateTable(null, notSent)).toContain('a\\u{1b}[2Jb')
})
