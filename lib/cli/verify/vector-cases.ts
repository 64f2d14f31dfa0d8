// Test data on disk: uses node:fs.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { VerifyArguments } from './arguments.ts'

const answerSchema = z.object({ pass: z.boolean() }).nullish()
const caseSchema = z.object({
  id: z.string(),
  title: z.string(),
  recommended: z.enum(['pass', 'fail']),
  results: z.object({ py131: answerSchema, py22: answerSchema, go: answerSchema }).partial(),
})
const packedSchema = z.array(caseSchema.extend({ files: z.record(z.string(), z.string()) }))

/** A case and how to lay its files out in a folder. */
export interface VectorCase extends z.infer<typeof caseSchema> {
  readonly unpack: (dir: string) => void
}

/** The cases that are checked in. */
export function packedCases(): VectorCase[] {
  const text = readFileSync(join(import.meta.dirname, '../../in-toto/vectors/made-here.json'), 'utf8')
  return packedSchema.parse(JSON.parse(text)).map(({ files, ...rest }) => ({
    ...rest,
    unpack: (dir) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true })
        writeFileSync(join(dir, path), content)
      }
    },
  }))
}

/** The cases of a folder, one folder each. */
export function folderCases(root: string): VectorCase[] {
  return readdirSync(root)
    .sort()
    .filter((name) => existsSync(join(root, name, 'case.json')))
    .map((name) => ({
      ...caseSchema.parse({ ...JSON.parse(readFileSync(join(root, name, 'case.json'), 'utf8')), id: name }),
      unpack: (dir) => cpSync(join(root, name), dir, { recursive: true }),
    }))
}

/** Lays a case out in a fresh folder for as long as `body` runs, and says how to verify it. */
export function withCase<T>(vector: VectorCase, at: number, body: (given: VerifyArguments, dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'waybill-case-'))
  try {
    vector.unpack(dir)
    mkdirSync(join(dir, 'final'), { recursive: true })
    const optional = (name: string) => (existsSync(join(dir, name)) ? join(dir, name) : null)
    const intermediates = optional('inter.pem')
    return body(
      {
        layout: join(dir, 'root.layout'),
        layoutKeys: [join(dir, 'layout-keys.json')],
        linkDir: join(dir, 'links'),
        at,
        params: optional('params.json'),
        intermediates: intermediates === null ? [] : [intermediates],
        trustBundles: null,
        timeProofs: null,
        runInspections: join(dir, 'final'),
        profile: 'strict',
        json: true,
      },
      dir,
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
