// What has been built and generated, by content: nothing is done twice, and nothing stale is served.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const skipped = new Set(['node_modules', '.next', '.git', 'generated', 'vectors'])
const isTest = (name) => /\.(test|spec)\.[a-z]+$/.test(name)

function* filesUnder(path) {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const full = join(path, entry.name)
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* filesUnder(full)
    } else if (entry.isFile() && !isTest(entry.name)) yield full
  }
}

/** sha256 over names and contents of the given files and folders below `root`; what does not exist counts as absent. */
export function contentHash(root, paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const full = join(root, path)
    if (!existsSync(full)) {
      hash.update(`absent ${path}\0`)
      continue
    }
    const files = /\.[a-z]+$/.test(path) ? [full] : filesUnder(full)
    for (const file of files) {
      const bytes = readFileSync(file)
      hash.update(`${relative(root, file)} ${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex')
}

/** What the web build is made of. */
export const buildInputs = [
  'app',
  'components',
  'lib',
  'public',
  'prisma/schema.prisma',
  'next.config.ts',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]
