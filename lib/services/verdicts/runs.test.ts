// Longer than most: all that tells runs of one software apart, over one maker of runs in a real database.
import { describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '#lib/auth/actor.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { decodeUtf8, publicKeyFile } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import type { Report } from '#lib/in-toto/report.ts'
import { type LayoutSpec, type LinkSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { getBuild } from '../builds/get.ts'
import { bringIn } from '../imports/bring-in.ts'
import { createSoftware } from '../software/create.ts'
import { putInForce } from '../software/put-in-force.ts'
import { setOwnerKeys } from '../software/set-owner-keys.ts'
import { setSettings } from '../software/set-settings.ts'
import { judgeSoftwareJob } from './judge-software.ts'

useDatabase()

const NOW = Date.parse('2030-06-01T00:00:00Z')
const minutes = (n: number) => new Date(NOW + n * 60_000)
const user = (role: Actor['role'], id = 1): Actor => ({
  ...systemActor('x'),
  kind: 'user',
  id: `00000000-0000-7000-8000-00000000000${id}`,
  name: 'Ines',
  role,
})
const [admin, engineer, lab] = [user('admin'), user('engineer'), user('admin', 2)]
const [owner, git, ci, tester, packer, lead] = ['owner', 'git', 'ci', 'tester', 'packer', 'lead'].map((name) =>
  makeKey(name),
) as [TestKey, TestKey, TestKey, TestKey, TestKey, TestKey] // safe: as many as names

const STEPS = ['clone', 'build', 'test', 'package'] as const
type Step = (typeof STEPS)[number]
const signer: Record<Step, TestKey> = { clone: git, build: ci, test: tester, package: packer }

function layoutSpec(readme: string, build: TestKey = ci): LayoutSpec {
  const expires = minutes(60 * 24 * 30)
  return {
    expires,
    readme,
    steps: [
      { name: 'clone', keys: [git.key], products: ['CREATE src', 'DISALLOW *'] },
      {
        name: 'build',
        keys: [build.key],
        materials: ['MATCH src WITH PRODUCTS FROM clone', 'DISALLOW *'],
        products: ['CREATE app', 'DISALLOW *'],
      },
      { name: 'test', keys: [tester.key], products: ['DISALLOW *'] },
      {
        name: 'package',
        keys: [packer.key],
        materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
        products: ['CREATE app.tgz', 'DISALLOW *'],
      },
    ],
  }
}

function linksOf(n: string, src = n): Record<Step, LinkSpec> {
  const base = { stdout: n, environment: { run: n } }
  return {
    clone: { ...base, name: 'clone', products: { src: `src ${src}` } },
    build: { ...base, name: 'build', materials: { src: `src ${src}` }, products: { app: `app ${n}` } },
    test: { ...base, name: 'test' },
    package: { ...base, name: 'package', materials: { app: `app ${n}` }, products: { 'app.tgz': `tgz ${n}` } },
  }
}

const fileOf = (spec: LinkSpec, by: TestKey, folder = '') => ({
  path: `${folder}${linkFileName(spec.name, by)}`,
  bytes: metablock(linkDocument(spec), [by]),
})
const files = (specs: Record<Step, LinkSpec>, steps: readonly Step[] = STEPS) =>
  steps.map((step) => fileOf(specs[step], signer[step]))

async function layoutVersion(spec: LayoutSpec): Promise<string> {
  const bytes = metablock(layoutDocument(spec), [owner])
  const given = { path: `${spec.readme}.layout`, bytes }
  await bringIn(engineer, {
    via: 'page',
    title: 'layout',
    at: minutes(-100),
    files: [given],
    delivery: { kind: 'handed-over' },
  })
  const found = await db.layoutVersion.findFirstOrThrow({ where: { name: spec.readme ?? '' } })
  return found.id
}

type Binding = Partial<Parameters<typeof putInForce>[2]>

async function softwareWith(name: string, binding: Binding = {}, build?: TestKey) {
  const { slug } = await createSoftware(engineer, { name }, minutes(-200))
  const text = decodeUtf8(publicKeyFile(owner.key, 'legacy'))
  await setOwnerKeys(admin, slug, { keys: [{ name: 'owner', text }] }, minutes(-200))
  const versionId = await layoutVersion(layoutSpec(`${name} layout`, build))
  const detail = await putInForce(engineer, slug, { versionId, ...binding }, minutes(-90))
  return { ...detail, versionId }
}

interface Push {
  readonly run: string
  readonly at: number
  readonly attempt?: number
  readonly by?: Actor
}

async function push(
  software: SoftwareDetail,
  { run, at, attempt = 1, by = admin }: Push,
  given: ReturnType<typeof files>,
) {
  const delivery = { kind: 'pushed', softwareId: software.id, run, attempt } as const
  return bringIn(by, { via: 'api', title: run, at: minutes(at), files: given, delivery })
}

/** `run/attempt: verdict code` of every build, after judging. */
async function judge(software: SoftwareDetail, at: number): Promise<string[]> {
  await judgeSoftwareJob({ softwareId: software.id }, minutes(at))
  const include = { current: true, delivery: true } as const
  const builds = await db.build.findMany({ where: { softwareId: software.id }, include })
  return builds
    .map(({ label, delivery, current }) =>
      `${label}/${delivery?.attempt ?? '-'}: ${current?.verdict} ${current?.code ?? ''}`.trim(),
    )
    .sort()
}

describe('attempts', () => {
  test('hold what those before them pushed', async () => {
    const software = await softwareWith('Attempts')
    const specs = linksOf('a')
    await push(software, { run: '17', at: 0 }, files(specs, ['clone', 'build', 'test']))
    expect(await judge(software, 5)).toEqual([])
    await push(software, { run: '17', at: 10, attempt: 2 }, files(specs, ['package']))
    expect(await judge(software, 11)).toEqual(['17/2: allow'])
    // what comes late under the first is held by the second too
    await push(software, { run: '17', at: 12 }, [fileOf({ ...specs.test, stdout: 'again' }, tester)])
    expect(await judge(software, 13)).toEqual(['17/2: cannot-tell STEP_UNBOUND'])
  })
})

describe('another client under the same label', () => {
  test('is another run, also as a later attempt: what it pushes adds nothing', async () => {
    const software = await softwareWith('Same label')
    const specs = linksOf('same')
    await push(software, { run: '17', at: 0 }, files(specs, ['clone', 'build', 'package']))
    await push(software, { run: '17', at: 1, by: lab }, files(specs, ['test']))
    await push(software, { run: '17', at: 2, attempt: 2, by: lab }, files(linksOf('more'), ['test']))
    expect(await judge(software, 100)).toEqual(['17/1: cannot-tell STEP_UNBOUND'])
    await push(software, { run: '17', at: 101, attempt: 2 }, files(linksOf('own'), ['test']))
    expect(await judge(software, 102)).toEqual(['17/1: cannot-tell STEP_UNBOUND', '17/2: allow'])
  })
})

describe('how a layout is bound', () => {
  test('a shared step serves many builds; without the mark nobody can tell', async () => {
    const software = await softwareWith('Shared')
    const [one, two] = [linksOf('s1', 'common'), linksOf('s2', 'common')]
    await push(software, { run: 'clones', at: 0 }, files(one, ['clone']))
    await push(software, { run: 's1', at: 10 }, files(one, ['build', 'test', 'package']))
    await push(software, { run: 's2', at: 20 }, files(two, ['build', 'test', 'package']))
    expect(await judge(software, 100)).toEqual(['s1/1: cannot-tell STEP_UNBOUND', 's2/1: cannot-tell STEP_UNBOUND'])
    const detail = await putInForce(
      engineer,
      software.slug,
      { versionId: software.versionId, sharedSteps: ['clone'] },
      minutes(101),
    )
    expect(detail.binding).toEqual({
      parameters: null,
      sharedSteps: ['clone'],
      mixedRuns: false,
      sublayouts: {},
      forms: {},
      timestampRoots: '',
    })
    expect(await judge(software, 102)).toEqual(['s1/1: allow', 's2/1: allow'])
    const { detail: audited } = await db.auditEntry.findFirstOrThrow({
      where: { act: 'layout.put-in-force' },
      orderBy: { seq: 'desc' },
    })
    expect(audited).toMatchObject({ sharedSteps: ['clone'], mixedRuns: false })
  })

  test('accepted mixed runs take a link that serves no other build, and refuse one that does', async () => {
    const software = await softwareWith('Mixed', { mixedRuns: true })
    const [one, two] = [linksOf('m1', 'mixed'), linksOf('m2', 'mixed')]
    await push(software, { run: 'clones m', at: 0 }, files(one, ['clone']))
    await push(software, { run: 'm1', at: 10 }, files(one, ['build', 'test', 'package']))
    expect(await judge(software, 15)).toEqual(['m1/1: allow'])
    await push(software, { run: 'm2', at: 20 }, files(two, ['build', 'test', 'package']))
    expect(await judge(software, 100)).toEqual(['m1/1: allow', 'm2/1: cannot-tell STEP_UNBOUND'])
  })

  test('accepted mixed runs refuse a link that came with a sublayout for another step', async () => {
    const software = await softwareWith('Companions', { mixedRuns: true })
    const spec: LayoutSpec = { expires: minutes(60 * 24 * 20), steps: [{ name: 'compile', keys: [ci.key] }] }
    const sublayout = { path: linkFileName('build', ci), bytes: metablock(layoutDocument(spec), [ci]) }
    const [one, two] = [linksOf('c1'), linksOf('c2')]
    await push(software, { run: 'clones c1', at: 0 }, files(one, ['clone']))
    await push(software, { run: 'clones c2', at: 0 }, [...files(two, ['clone']), sublayout])
    for (const specs of [one, two]) {
      const run = specs.clone.stdout ?? ''
      await push(software, { run, at: 10 }, files(specs, ['build', 'test', 'package']))
    }
    expect(await judge(software, 100)).toEqual(['c1/1: allow', 'c2/1: cannot-tell STEP_UNBOUND'])
  })

  test('only steps of the layout can be shared, and not the final one', async () => {
    const software = await softwareWith('Wrong marks')
    const { versionId, slug } = software
    const put = (sharedSteps: string[]) => putInForce(engineer, slug, { versionId, sharedSteps }, minutes(0))
    await expect(put(['checkout'])).rejects.toThrow(/no such step; its steps are clone, build/)
    await expect(put(['package'])).rejects.toThrow(/serves one only/)
    expect(await db.binding.count({ where: { softwareId: software.id } })).toBe(1)
  })
})

describe('signed run ids', () => {
  test('join what two clients pushed, also what comes after the build was found', async () => {
    const software = await softwareWith('Signed')
    const specs = linksOf('signed')
    await push(software, { run: 'ci 1', at: 0 }, files(specs, ['clone', 'build', 'package']))
    await push(software, { run: 'lab 1', at: 1, by: lab }, files(specs, ['test']))
    expect(await judge(software, 5)).toEqual(['ci 1/1: cannot-tell EVIDENCE_PENDING'])
    const { settings } = await setSettings(engineer, software.slug, { runIdPaths: ['/environment/run'] }, minutes(6))
    expect(settings.runIdPaths).toEqual(['/environment/run'])
    const states = await judge(software, 7)
    expect(states).toContain('ci 1/1: allow')
    const later = linksOf('later')
    await push(software, { run: 'ci 2', at: 10 }, files(later, ['clone', 'build', 'package']))
    expect(await judge(software, 11)).toContain('ci 2/1: cannot-tell EVIDENCE_PENDING')
    await push(software, { run: 'lab 2', at: 12, by: lab }, files(later, ['test']))
    expect(await judge(software, 13)).toContain('ci 2/1: allow')
    // each was read once for that path, whatever it names there
    const mentions = await db.runMention.count({ where: { pointer: '/environment/run' } })
    expect(mentions).toBe(new Set((await db.runMention.findMany()).map(({ envelopeId }) => envelopeId)).size)
    // a day with more links than are ever looked at together
    const others = Array.from({ length: 3_200 }, (_, n) => ({
      ...linksOf(`crowd ${n}`).test,
      environment: { run: `crowd ${n}` },
    }))
    await push(
      software,
      { run: 'crowd', at: 14, by: lab },
      others.map((spec, n) => fileOf(spec, ci, `${n}-`)),
    )
    const last = linksOf('last')
    await push(software, { run: 'ci 3', at: 15 }, files(last, ['clone', 'build', 'package']))
    await push(software, { run: 'lab 3', at: 16, by: lab }, files(last, ['test']))
    expect(await judge(software, 17)).toContain('ci 3/1: allow')
  }, 120_000)
})

describe('the same materials with other products, elsewhere', () => {
  const marks = async (software: SoftwareDetail, label: string) => {
    const build = await db.build.findFirstOrThrow({
      where: { softwareId: software.id, label },
      include: { current: true },
    })
    const report: Report = JSON.parse(build.current?.report ?? '{}')
    return report.reasons
      .filter(({ code }) => code === 'REBUILD_DIFFERS')
      .map(({ step, artifact, severity }) => [step, artifact, severity])
  }

  test('are shown with the build, whether they came before it or after', async () => {
    const software = await softwareWith('Rebuilt')
    const [one, other] = [linksOf('re1', 're'), linksOf('re2', 're')]
    await push(software, { run: 're1', at: 0 }, files(one))
    expect(await judge(software, 5)).toEqual(['re1/1: allow'])
    expect(await marks(software, 're1')).toEqual([])
    // somebody builds the same sources again, without shipping anything
    await push(software, { run: 'lab', at: 10, by: lab }, [fileOf(other.build, ci)])
    expect(await judge(software, 15)).toEqual(['re1/1: allow'])
    expect(await marks(software, 're1')).toEqual([['build', 'app', 'warning']])
    // and its page says so
    const { short } = await db.build.findFirstOrThrow({ where: { softwareId: software.id, label: 're1' } })
    const { explanation } = await getBuild(engineer, short)
    expect(explanation.more).toEqual([
      expect.objectContaining({ code: 'REBUILD_DIFFERS', step: 'build', message: expect.stringContaining('run lab') }),
    ])
    expect(explanation.demand).toContain('1 warning did not change the verdict')
    const third = linksOf('re3', 're')
    await push(software, { run: 're3', at: 20 }, files(third))
    expect(await judge(software, 25)).toEqual(['re1/1: allow', 're3/1: allow'])
    expect(await marks(software, 're3')).toEqual([
      ['build', 'app', 'warning'],
      ['build', 'app', 'warning'],
    ])
  })

  test('are not looked for among other materials, nor by nobody who may sign', async () => {
    const software = await softwareWith('Not rebuilt')
    const [one, other] = [linksOf('nr1', 'nr'), linksOf('nr2', 'other')]
    await push(software, { run: 'nr1', at: 0 }, files(one))
    await push(software, { run: 'lab', at: 1, by: lab }, [
      fileOf(other.build, ci),
      fileOf({ ...linksOf('nr3', 'nr').build }, tester),
    ])
    expect(await judge(software, 5)).toEqual(['nr1/1: allow'])
    expect(await marks(software, 'nr1')).toEqual([])
  })
})

describe('a sublayout in a push', () => {
  test('is judged over the links below its folder', async () => {
    const software = await softwareWith('Delegated', {}, lead)
    const specs = linksOf('d')
    const folder = `build.${lead.keyid.slice(0, 8)}/`
    const spec: LayoutSpec = {
      expires: minutes(60 * 24 * 20),
      steps: [{ name: 'compile', keys: [ci.key], materials: ['ALLOW *'], products: ['CREATE app', 'DISALLOW *'] }],
    }
    const sublayout = { path: linkFileName('build', lead), bytes: metablock(layoutDocument(spec), [lead]) }
    await push(software, { run: 'd', at: 0 }, [...files(specs, ['clone', 'test', 'package']), sublayout])
    expect(await judge(software, 1)).toEqual(['d/1: cannot-tell EVIDENCE_PENDING'])
    await push(software, { run: 'd', at: 2 }, [fileOf({ ...specs.build, name: 'compile' }, ci, folder)])
    expect(await judge(software, 3)).toEqual(['d/1: allow'])
  })
})

describe('a sublayout that the binding pins by digest', () => {
  const subOf = (readme: string) => {
    const spec: LayoutSpec = {
      expires: minutes(60 * 24 * 20),
      readme,
      steps: [{ name: 'compile', keys: [ci.key], materials: ['ALLOW *'], products: ['CREATE app', 'DISALLOW *'] }],
    }
    return metablock(layoutDocument(spec), [lead])
  }
  const folder = `build.${lead.keyid.slice(0, 8)}/`

  test('counts for runs that do not bring it, by the sha256 of its file or of what is signed; no other does', async () => {
    const software = await softwareWith('Pinned', {}, lead)
    const { slug, versionId } = software
    const [right, other] = [subOf('right'), subOf('other')]
    const digest = sha256Hex(right)
    const put = (sublayouts: Record<string, string>, at: number) =>
      putInForce(engineer, slug, { versionId, sublayouts }, minutes(at))
    await expect(put({ build: digest }, -50)).rejects.toThrow(/no layout with this digest is here/)
    await expect(put({ checkout: digest }, -50)).rejects.toThrow(/it has no such step/)
    // a person brings the file, under a name that says nothing
    const given = {
      via: 'page',
      title: 'sub',
      at: minutes(-40),
      files: [{ path: 'right.layout', bytes: right }],
    } as const
    await bringIn(engineer, { ...given, delivery: { kind: 'handed-over' } })
    const specs = linksOf('p')
    const inner = fileOf({ ...specs.build, name: 'compile' }, ci, folder)
    await push(software, { run: 'p', at: 0 }, [...files(specs, ['clone', 'test', 'package']), inner])
    expect(await judge(software, 100)).toEqual(['p/1: deny STEP_MISSING'])
    const detail = await put({ build: digest }, 101)
    expect(detail.binding?.sublayouts).toEqual({ build: digest })
    expect(await judge(software, 102)).toEqual(['p/1: allow'])
    const { signedSha256 } = await db.envelope.findFirstOrThrow({
      where: { sha256: Uint8Array.from(Buffer.from(digest, 'hex')) },
    })
    await put({ build: Buffer.from(signedSha256 ?? []).toString('hex') }, 103)
    expect(await judge(software, 104)).toEqual(['p/1: allow'])
    // another valid sublayout in the run, which counted without the pin
    const more = linksOf('q')
    await push(software, { run: 'q', at: 105 }, [
      ...files(more, ['clone', 'test', 'package']),
      fileOf({ ...more.build, name: 'compile' }, ci, folder),
      { path: linkFileName('build', lead), bytes: other },
    ])
    expect(await judge(software, 106)).toEqual(['p/1: allow', 'q/1: cannot-tell STEP_UNBOUND'])
    await put({}, 107)
    expect(await judge(software, 108)).toEqual(['p/1: deny STEP_MISSING', 'q/1: allow'])
    const { detail: audited } = await db.auditEntry.findFirstOrThrow({
      where: { act: 'layout.put-in-force', detail: { path: ['sublayouts', 'build'], equals: digest } },
    })
    expect(audited).toMatchObject({ sublayouts: { build: digest } })
  })
})

describe('attempts of a run that has closed', () => {
  test('belong to nothing, and the client is told', async () => {
    const software = await softwareWith('Closed')
    const specs = linksOf('closed')
    await push(software, { run: '1', at: 0 }, files(specs, ['clone', 'build', 'test']))
    const answer = await push(software, { run: '1', at: 24 * 60, attempt: 2 }, files(specs, ['package']))
    expect(answer.files.map(({ message }) => message)).toEqual([expect.stringContaining('The run had closed')])
    expect(await judge(software, 25 * 60 + 1)).toEqual(['without a run/-: cannot-tell STEP_UNBOUND'])
  })
})
