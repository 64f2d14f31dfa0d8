import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

// The whole way, with the real in-toto tools at both ends: their keys and links, our drawing and signing, their verdict.

const WAYBILL = fileURLToPath(new URL('../lib/cli/waybill.mjs', import.meta.url))
const hasInToto = spawnSync('in-toto-run', ['--version']).status === 0

interface Chain {
  readonly folder: string
  readonly path: (name: string) => string
}

const PASSPHRASE = 'a passphrase for ines'

/** Two steps recorded by in-toto-run: `build` makes app.txt, `package` packs it. */
function recordChain(): Chain {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-round-trip-'))
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, stdio: 'pipe' })
  // asks for the passphrase twice
  const input = `${PASSPHRASE}\n${PASSPHRASE}\n`
  execFileSync('in-toto-keygen', ['-p', '-t', 'rsa', 'ines'], { cwd: folder, input, stdio: 'pipe' })
  run('in-toto-keygen', '-t', 'ed25519', 'rahel')
  run('in-toto-keygen', '-t', 'ecdsa', 'ci')
  run('in-toto-keygen', '-t', 'ed25519', 'release')
  run('in-toto-run', '-n', 'build', '-k', 'ci', '-t', 'ecdsa', '-p', 'app.txt', '--', 'sh', '-c', 'echo app > app.txt')
  run(
    'in-toto-run',
    '-n',
    'package',
    '-k',
    'release',
    '-t',
    'ed25519',
    '-m',
    'app.txt',
    '-p',
    'app.tar',
    '--',
    'tar',
    'cf',
    'app.tar',
    'app.txt',
  )
  return { folder, path: (name) => join(folder, name) }
}

/** Everything that leaves the page: addresses, bodies, frames. */
function listen(page: Page): string[] {
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url(), request.postData() ?? ''))
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  return sent
}

/** Pieces of a private key file that nothing else contains: lines of the PEM, clear too, or the private part in hex. */
function secretsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  if (text.startsWith('{')) return [JSON.parse(text).keyval.private]
  const clear = createPrivateKey({ key: text, passphrase: PASSPHRASE }).export({ type: 'pkcs8', format: 'pem' })
  return [PASSPHRASE, ...pemLines(text), ...pemLines(clear.toString())]
}
const pemLines = (text: string) => text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'))

async function addStep(page: Page, name: string, keyFile: string): Promise<void> {
  await page.getByRole('toolbar', { name: 'Add' }).getByRole('button', { name: 'Step' }).click()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByLabel('Name', { exact: true }).fill(name)
  await inspector.getByLabel('Name', { exact: true }).press('Enter')
  await expect(page.getByRole('group', { name: new RegExp(`^step ${name}:`) })).toBeVisible()
  await inspector.getByLabel('Public key file').setInputFiles(keyFile)
  await expect(inspector.getByText('fingerprint')).toBeVisible()
}

async function addRule(page: Page, side: 'Materials' | 'Products', verb: string, pattern: string): Promise<void> {
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('tab', { name: new RegExp(`^${side}`) }).click()
  await inspector.getByRole('button', { name: 'Add rule' }).click()
  await page.getByRole('menuitem', { name: new RegExp(`^${verb} `) }).click()
  const first = inspector.getByRole('combobox', { name: 'Pattern of rule 1' })
  await first.fill(pattern)
  await first.press('Escape')
}

/** Drags from the products port of one step to the materials port of another. */
async function drag(page: Page, from: string, to: string): Promise<void> {
  const port = (step: string, id: string) =>
    page.getByRole('group', { name: new RegExp(`^step ${step}:`) }).locator(`[data-port="${id}"]`)
  const start = await port(from, 'out-products').boundingBox()
  const end = await port(to, 'in-materials').boundingBox()
  if (start === null || end === null) throw new Error('a port is not on the page')
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move(end.x - 30, end.y - 10, { steps: 8 })
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 })
  await page.mouse.up()
}

/** A wrong one first: it is said, and the key does not have to be chosen again. */
async function enterPassphrase(page: Page): Promise<void> {
  const field = page.getByLabel('Passphrase of ines', { exact: true })
  await expect(field).toBeFocused()
  await field.fill('not this one')
  await field.press('Enter')
  await expect(page.getByText('The passphrase does not open this key. Try again.')).toBeVisible()
  await field.fill(PASSPHRASE)
  await field.press('Enter')
}

test('a layout drawn and signed in the browser satisfies the real in-toto-verify, and the private key never leaves it', async ({
  engineer: page,
  own,
}) => {
  test.skip(!hasInToto, 'in-toto (Debian package in-toto) is not installed')
  test.setTimeout(120_000)
  const { folder, path } = recordChain()
  const sent = listen(page)
  const name = own('round-trip')

  await page.goto('/layouts/new')
  await page.getByLabel('Name').fill(name)
  // chosen beforehand where there is just one: another test's
  const software = page.getByRole('combobox', { name: 'Software' })
  await expect(async () => {
    if ((await software.inputValue()) !== '') await page.getByLabel('No software').click({ timeout: 500 })
    await expect(software).toHaveValue('', { timeout: 500 })
  }).toPass()
  await page.getByRole('button', { name: 'Start with an empty layout' }).click()
  await page.waitForURL(/\/edit$/)
  await addStep(page, 'build', path('ci.pub'))
  await addRule(page, 'Products', 'CREATE', 'app.txt')
  await addStep(page, 'package', path('release.pub'))
  await addRule(page, 'Products', 'CREATE', 'app.tar')
  await drag(page, 'build', 'package')
  const pattern = page.getByRole('combobox', { name: 'Pattern of rule 1' })
  await expect(pattern).toBeFocused()
  await pattern.fill('app.txt')
  await pattern.press('Escape')
  await expect(page.getByRole('region', { name: 'Problems' })).toContainText('No problems')

  await page.getByRole('button', { name: 'Sign', exact: true }).click()
  await page.waitForURL(/\/sign$/)
  await expect(page.getByText(/^package uses only app\.txt exactly as build left it\.$/)).toBeVisible()
  for (const [file, count] of [
    ['ines', '1 signature'],
    ['rahel', '2 signatures'],
  ] as const) {
    await page.getByLabel('Private key file').setInputFiles(path(file))
    if (file === 'ines') await enterPassphrase(page)
    await expect(page.getByText(/^Signed with [0-9a-f]{12}/)).toBeVisible()
    await expect(page.getByText(count, { exact: true })).toBeVisible()
  }

  const save = async (link: RegExp, file: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: link }).click(),
    ])
    await download.saveAs(path(file))
    return download.suggestedFilename()
  }
  expect(await save(/^Metablock/, 'root.layout')).toBe(`${name}.layout`)
  expect(await save(/^DSSE/, 'root.dsse.json')).toBe(`${name}.dsse.json`)

  const inTotoVerify = () =>
    spawnSync(
      'in-toto-verify',
      [
        '--layout',
        'root.layout',
        '--layout-keys',
        'ines.pub',
        'rahel.pub',
        '--key-types',
        'rsa',
        'ed25519',
        '--link-dir',
        '.',
        '--verbose',
      ],
      { cwd: folder, encoding: 'utf8' },
    )
  const waybillVerify = (layout: string) =>
    spawnSync(
      process.execPath,
      [
        WAYBILL,
        'verify',
        '--layout',
        path(layout),
        '--layout-keys',
        path('ines.pub'),
        path('rahel.pub'),
        '--link-dir',
        folder,
        '--json',
      ],
      { encoding: 'utf8' },
    )
  const accepted = inTotoVerify()
  expect(accepted.stderr).toContain('The software product passed all verification.')
  expect(accepted.status).toBe(0)
  for (const layout of ['root.layout', 'root.dsse.json']) {
    const answer = waybillVerify(layout)
    expect(JSON.parse(answer.stdout).verdict, `${layout}: ${answer.stdout} ${answer.stderr}`).toBe('allow')
    expect(answer.status).toBe(0)
  }

  // the same chain with another app.txt before packing: both must refuse it
  writeFileSync(path('app.txt'), 'evil\n')
  execFileSync(
    'in-toto-run',
    [
      '-n',
      'package',
      '-k',
      'release',
      '-t',
      'ed25519',
      '-m',
      'app.txt',
      '-p',
      'app.tar',
      '--',
      'tar',
      'cf',
      'app.tar',
      'app.txt',
    ],
    { cwd: folder, stdio: 'pipe' },
  )
  expect(inTotoVerify().status).toBe(1)
  const refused = waybillVerify('root.layout')
  expect(refused.status).toBe(1)
  expect(JSON.parse(refused.stdout).reasons[0]).toMatchObject({
    code: 'ARTIFACT_MODIFIED',
    step: 'package',
    artifact: 'app.txt',
  })

  expect(sent.some((text) => text.includes('metablockSig'))).toBe(true)
  for (const file of ['ines', 'rahel']) {
    const secrets = secretsOf(path(file))
    expect(secrets.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(sent.filter((text) => text.includes(secret))).toEqual([])
  }
})
