import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import type { Artifacts, Digests, RunInspection } from '#lib/in-toto/index.ts'

const TIMEOUT_MS = 10_000

/**
 * Runs inspections as in-toto does: no shell, in the folder of the final product, ten seconds each, everything in
 * the folder recorded before and after. These are commands from the layout: only for callers who were asked to.
 */
export function inspectionRunner(dir: string): RunInspection {
  return ({ run }) => {
    const [command, ...rest] = run
    const materials = recordFolder(dir)
    if (command === undefined) {
      return { returnValue: null, materials, products: materials, problem: 'the layout names no command for it' }
    }
    const result = spawnSync(command, rest, { cwd: dir, timeout: TIMEOUT_MS, stdio: 'ignore', killSignal: 'SIGKILL' })
    const products = recordFolder(dir)
    if (result.error !== undefined) {
      return { returnValue: null, materials, products, problem: problemOf(result.error) }
    }
    if (result.status === null) {
      return { returnValue: null, materials, products, problem: `it was ended by ${result.signal ?? 'a signal'}` }
    }
    return { returnValue: result.status, materials, products }
  }
}

function problemOf(error: Error): string {
  const code = 'code' in error ? error.code : null
  if (code === 'ETIMEDOUT') return `it took longer than ${TIMEOUT_MS / 1000} seconds`
  return code === 'ENOENT' ? 'there is no such command' : error.message
}

/** Files of a folder with their sha256, by path below it; without what in-toto leaves out. Follows links. */
export function recordFolder(dir: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  walk(dir, '', [], artifacts)
  return artifacts
}

function walk(dir: string, place: string, above: readonly string[], artifacts: Map<string, Digests>): void {
  const real = realpathSync(dir)
  // a linked folder that leads back up would never end
  if (above.includes(real)) return
  for (const name of readdirSync(dir).sort()) {
    if (isLeftOut(name)) continue
    const path = join(dir, name)
    const entry = statSync(path, { throwIfNoEntry: false })
    if (entry?.isDirectory()) walk(path, `${place}${name}/`, [...above, real], artifacts)
    if (entry?.isFile()) {
      artifacts.set(`${place}${name}`.replaceAll('\\', '/'), { sha256: sha256Hex(readFileSync(path)) })
    }
  }
}

/** in-toto's default exclude patterns: `*.link*`, `.git`, `*.pyc`, `*~`. */
function isLeftOut(name: string): boolean {
  return name.includes('.link') || name === '.git' || name.endsWith('.pyc') || name.endsWith('~')
}
