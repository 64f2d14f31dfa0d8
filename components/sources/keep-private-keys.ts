import { privateKeyIn } from '../software/private-key.ts'
import type { ChosenFile } from './dropped-files.ts'

/** No private key file is larger; what is larger is looked at from the front. */
const LOOKED_AT = 262_144

export interface KeptBack {
  readonly path: string
  /** the kind of private key */
  readonly kind: string
}

/** Takes the private keys out: they stay in the browser, unsent. The server refuses them a second time. */
export async function keepPrivateKeys(
  files: readonly ChosenFile[],
): Promise<{ send: readonly ChosenFile[]; kept: readonly KeptBack[] }> {
  const send: ChosenFile[] = []
  const kept: KeptBack[] = []
  for (const chosen of files) {
    const start = new Uint8Array(await chosen.file.slice(0, LOOKED_AT).arrayBuffer())
    const kind = await privateKeyIn(start)
    if (kind === null) send.push(chosen)
    else kept.push({ path: chosen.path, kind })
  }
  return { send, kept }
}
