import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePublicKeyPem } from '#lib/crypto/index.ts'
import { layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { summaryDocument } from '#lib/testing/authority/verifications.ts'
import { importGraph, loadedBy } from '#lib/testing/import-graph.ts'
import { parseArguments, UsageError } from './arguments.ts'

const owner = makeKey('owner', 'rsa')
const ci = makeKey('ci')
const dir = mkdtempSync(join(tmpdir(), 'waybill-cli-'))
const at = (name: string) => join(dir, name)

beforeAll(() => {
  const document = layoutDocument({
    expires: new Date('2040-01-01T00:00:00Z'),
    steps: [{ name: 'build', keys: [ci.key], products: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] }],
    inspections: [{ name: 'look', run: ['true'], products: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] }],
  })
  for (const folder of ['links', 'bad', 'final', 'tampered']) mkdirSync(at(folder))
  writeFileSync(at('root.layout'), metablock(document, [owner]))
  writeFileSync(at('owner.pub'), `${owner.key.pem}\n`)
  writeFileSync(at('owner'), owner.privatePem())
  writeFileSync(
    join(dir, 'links', linkFileName('build', ci)),
    metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [ci]),
  )
  writeFileSync(
    join(dir, 'bad', linkFileName('build', ci)),
    metablock(linkDocument({ name: 'build', products: { app: 'good', '\u001b[31mevil\u202e': 'x' } }), [ci]),
  )
  writeFileSync(join(dir, 'final', 'app'), 'good')
  writeFileSync(join(dir, 'tampered', 'app'), 'evil')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function waybill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['lib/cli/waybill.mjs', 'verify', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const usual = (links = 'links') => [
  '--layout',
  at('root.layout'),
  '--layout-keys',
  at('owner.pub'),
  '--link-dir',
  at(links),
]

describe('exit codes', () => {
  test('0 and ALLOW where all is well', () => {
    const { status, stdout } = waybill(...usual(), '--run-inspections', at('final'))
    expect([status, stdout.split(' ')[0]]).toEqual([0, 'ALLOW'])
  })

  test('1 and the file where the product was changed', () => {
    const { status, stdout } = waybill(...usual(), '--run-inspections', at('tampered'))
    expect([status, stdout.split(' ')[0]]).toEqual([1, 'DENY'])
    expect(stdout).toContain('app is not what step build recorded')
  })

  test('2 where inspections are not run, and nothing from the layout was executed', () => {
    const { status, stdout } = waybill(...usual())
    expect(status).toBe(2)
    expect(stdout).toContain('CANNOT TELL')
    expect(stdout).toContain('INSPECTION_NOT_RUN')
  })

  test.each<[string, string[], string]>([
    ['nothing', [], '--layout-keys is missing'],
    [
      'a layout that is not there',
      ['--layout', 'nowhere', '--layout-keys', 'x', '--link-dir', 'y'],
      'there is no such file',
    ],
    ['an option that does not exist', [...['--layout', 'a'], '--force'], 'no option --force'],
    [
      'a time that is none',
      ['--layout', 'a', '--layout-keys', 'b', '--link-dir', 'c', '--at', 'tomorrow'],
      '2030-01-31T12:00:00Z',
    ],
  ])('64 for %s', (_, args, message) => {
    const { status, stdout, stderr } = waybill(...args)
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })

  test('no link is waited for that is a pipe, nor read that is a folder or too large', () => {
    mkdirSync(at('odd'))
    const link = join(at('odd'), linkFileName('build', ci))
    const answer = () => {
      const { status, stdout } = waybill(...usual('odd'))
      expect(status).not.toBe(0)
      return stdout
    }
    execFileSync('mkfifo', [link])
    expect(answer()).toContain('it is neither a file nor a folder')
    rmSync(link)
    mkdirSync(link)
    expect(answer()).toContain('it is a folder')
    rmSync(link, { recursive: true })
    execFileSync('truncate', ['-s', '65M', link])
    expect(answer()).toMatch(/The file has 68157440 bytes; at most \d+ are read/)
  })

  test('64 for a private key, which is never needed here', () => {
    const { status, stderr } = waybill(
      '--layout',
      at('root.layout'),
      '--layout-keys',
      at('owner'),
      '--link-dir',
      at('links'),
    )
    expect(status).toBe(64)
    expect(stderr.toLowerCase()).toContain('private')
  })
})

test('a revoked key counts for what is proven to be signed before, and for nothing since', () => {
  const links = at('links')
  const [name = ''] = readdirSync(links)
  const sha256 = createHash('sha256')
    .update(readFileSync(join(links, name)))
    .digest('hex')
  const received = (time: string) =>
    writeFileSync(
      at('proofs.json'),
      JSON.stringify({ [sha256]: [{ kind: 'witnessed', at: time, by: 'the collector' }] }),
    )
  writeFileSync(
    at('revoked.json'),
    JSON.stringify([{ key: ci.key.pem, revoked_at: '2026-05-10T12:00:00Z', reason: 'lost' }]),
  )
  const judge = (...more: string[]) =>
    waybill(...usual(), '--run-inspections', at('final'), '--revoked-keys', at('revoked.json'), ...more)
  expect(judge()).toMatchObject({ status: 2, stdout: expect.stringContaining('KEY_REVOKED_NO_TIMESTAMP') })
  received('2026-05-10T11:00:00Z')
  expect(judge('--time-proofs', at('proofs.json'))).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^ALLOW/),
  })
  received('2026-05-10T13:00:00Z')
  expect(judge('--time-proofs', at('proofs.json'))).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('is revoked from'),
  })
  writeFileSync(at('revoked.json'), JSON.stringify([{ key: ci.key.pem, revoked: '2026-05-10T12:00:00Z' }]))
  expect(judge()).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('Expected key, revoked_at, reason at [0].revoked'),
  })
})

test('JSON has verdict, the reference verdict and reasons, the root cause first', () => {
  const { status, stdout } = waybill(...usual(), '--run-inspections', at('tampered'), '--json')
  expect(status).toBe(1)
  const report = JSON.parse(stdout)
  expect([report.verdict, report.referenceVerdict]).toEqual(['deny', 'deny'])
  expect(report.reasons[0]).toMatchObject({
    code: 'ARTIFACT_MODIFIED',
    inspection: 'look',
    artifact: 'app',
    rule: { list: 'products', index: 0, text: 'MATCH app WITH PRODUCTS FROM build' },
  })
})

test('names from documents do not reach the terminal as commands', () => {
  const { status, stdout } = waybill(...usual('bad'))
  expect(status).toBe(1)
  expect(stdout).toContain('\\u001b[31mevil\\u202e')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test('starts quickly: it loads the engine and nothing of the server', () => {
  const root = join(import.meta.dirname, '../../..')
  const loaded = loadedBy(importGraph(root, ['lib']), [
    'lib/cli/waybill.mjs',
    'lib/cli/main.ts',
    'lib/cli/verify/command.ts',
  ])
  const engine = /^lib\/(crypto|in-toto|archives|cli\/(verify\/|waybill\.mjs|main\.ts))/
  expect(loaded.files).toContain('lib/in-toto/verify/verify-layout.ts')
  expect(loaded.files.filter((file) => !engine.test(file))).toEqual([])
  expect(loaded.packages.filter((name) => !/^(node:|@noble\/hashes\/)/.test(name))).toEqual([])
})

describe('what certificates are judged with', () => {
  const wrong = at('wrong.json')
  beforeAll(() => writeFileSync(wrong, '{"not": "a list"}'))

  test.each<[string, string]>([
    ['--intermediates', 'certificate file'],
    ['--trust-bundles', 'file of trust bundles'],
    ['--time-proofs', 'file of time proofs'],
  ])('%s: 64 for a file that is none, or is not there', (option, what) => {
    for (const path of [wrong, at('nowhere')]) {
      const { status, stdout, stderr } = waybill(...usual(), option, path)
      expect([status, stdout]).toEqual([64, ''])
      expect(stderr).toContain(`${what} ${path}`)
      expect(stderr).not.toContain('    at ')
    }
  })
})

describe('arguments', () => {
  test('several keys after one flag, or the flag several times', () => {
    const base = ['--layout', 'l', '--link-dir=d']
    expect(parseArguments([...base, '--layout-keys', 'a', 'b'], 0).layoutKeys).toEqual(['a', 'b'])
    expect(parseArguments([...base, '--layout-keys=a', '--layout-keys', 'b'], 0).layoutKeys).toEqual(['a', 'b'])
  })

  test.each([
    [['--layout', 'a', '--layout', 'b']],
    [['stray']],
    [['--layout']],
    [['--layout', 'l', '--layout-keys', 'k', '--link-dir', 'd', '--profile', 'lax']],
    [['--layout', 'l', '--layout-keys', 'k', '--link-dir', 'd', '--at', '2030-02-31T00:00:00Z']],
  ])('%j is refused', (argv) => {
    expect(() => parseArguments(argv, 0)).toThrow(UsageError)
  })
})

describe('evidence that comes as statements', () => {
  const real = 'lib/in-toto/vectors/real-witness'
  const functionary = parsePublicKeyPem(readFileSync(join(real, 'k.pub'), 'utf8'))
  const layout = (test: readonly string[] = ['MATCH app WITH PRODUCTS FROM build', 'ALLOW *']) => {
    const steps = [
      { name: 'build', keys: [functionary], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'test', keys: [functionary], materials: test },
    ]
    writeFileSync(
      at('witness.layout'),
      metablock(layoutDocument({ expires: new Date('2040-01-01T00:00:00Z'), steps }), [owner]),
    )
    return ['--layout', at('witness.layout'), '--layout-keys', at('owner.pub'), '--link-dir', real]
  }
  const forms = ['--form', 'build=witness-collection', 'test=witness-collection']

  test('counts where the form of each step is given', () => {
    const { status, stdout } = waybill(...layout(), ...forms)
    expect([status, stdout.split(' ')[0]]).toEqual([0, 'ALLOW'])
    expect(stdout).toContain('in-toto itself answers deny')
    const strict = waybill(...layout(['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *']), ...forms)
    expect([strict.status, strict.stdout.split(' ')[0]]).toEqual([1, 'DENY'])
  })

  test('counts for nothing else', () => {
    expect(waybill(...layout()).stdout).toContain('STEP_MISSING')
    const one = waybill(...layout(), '--form', 'build=witness-collection')
    expect([one.status, one.stdout.includes('There is no link for step test')]).toEqual([1, true])
    expect(waybill(...layout(), '--form', 'build=link-statement', 'test=link-statement').status).toBe(1)
  })

  test('a verification summary in a file of the folder counts for the verifier and policy that are asked for', () => {
    const summary = (result: 'PASSED' | 'FAILED') =>
      summaryDocument({
        subjects: [{ name: 'app', sha256: createHash('sha256').update('good').digest('hex') }],
        verifier: 'https://verifier.example',
        result,
        at: new Date('2026-05-01T00:00:00Z'),
        policy: { uri: 'https://policies.example/release' },
      })
    const document = layoutDocument({
      expires: new Date('2040-01-01T00:00:00Z'),
      steps: [
        { name: 'build', keys: [ci.key], products: ['CREATE app', 'DISALLOW *'] },
        { name: 'review', keys: [owner.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
      ],
    })
    writeFileSync(at('reviewed.layout'), metablock(document, [owner]))
    const judge = (result: 'PASSED' | 'FAILED', policy = 'https://policies.example/release') => {
      mkdirSync(at('reviewed'), { recursive: true })
      const link = metablock(linkDocument({ name: 'build', products: { app: 'good' } }), [ci])
      writeFileSync(join(dir, 'reviewed', linkFileName('build', ci)), link)
      writeFileSync(join(dir, 'reviewed', 'summary.json'), dsse(summary(result), [owner]))
      const files = ['--layout', at('reviewed.layout'), '--layout-keys', at('owner.pub'), '--link-dir', at('reviewed')]
      return waybill(...files, '--form', `review=vsa https://verifier.example ${policy}`)
    }
    expect(judge('PASSED')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ALLOW/) })
    expect(judge('FAILED')).toMatchObject({ status: 1, stdout: expect.stringContaining('FAILED') })
    expect(judge('PASSED', 'https://policies.example/draft').status).toBe(1)
  })

  test.each<[string, string[], string]>([
    ['a form that there is not', ['--form', 'build=witness'], '--form takes STEP=FORM'],
    ['a form without a step', ['--form', 'link'], '--form takes STEP=FORM'],
    ['provenance without a builder', ['--form', 'build=slsa-provenance'], '--form takes STEP=FORM'],
    ['a summary without a policy', ['--form', 'build=vsa https://verifier.example'], '--form takes STEP=FORM'],
    ['a step that there is not', ['--form', 'bild=link'], 'the layout has no step "bild"'],
    ['two forms for one step', ['--form', 'build=link', 'build=link-statement'], 'a step has one form'],
    ['roots that are none', ['--timestamp-roots', at('owner.pub')], 'holds no PEM certificate'],
  ])('64 for %s', (_, more, message) => {
    const { status, stderr } = waybill(...layout(), ...more)
    expect(status).toBe(64)
    expect(stderr).toContain(message)
  })
})
