import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../folders.mjs'
import type { ImportArguments } from './arguments.ts'

export interface Server {
  readonly url: string
  readonly token: string
}

/** No server to speak to: exit 2, with a sentence that says what to do. */
export class ServerError extends Error {}

const runningSchema = z.object({ url: z.string() })

/** The named server, or the one that runs on this machine with this data folder. @throws ServerError */
export async function findServer(given: Pick<ImportArguments, 'url' | 'token'>): Promise<Server> {
  if (given.url !== null && given.token !== null) return { url: given.url.replace(/\/$/, ''), token: given.token }
  const folder = dataFolder()
  const url = await runningUrl(folder)
  if (given.token !== null) return { url, token: given.token }
  try {
    return { url, token: (await readFile(join(folder, 'local-token'), 'utf8')).trim() }
  } catch (cause) {
    const message = `The data folder ${folder} holds a token that only its owner may read. Import as that user, or use --token.`
    throw new ServerError(message, { cause })
  }
}

async function runningUrl(folder: string): Promise<string> {
  try {
    return runningSchema.parse(JSON.parse(await readFile(join(folder, 'running.json'), 'utf8'))).url
  } catch (cause) {
    throw new ServerError(notRunning(folder), { cause })
  }
}

export function notRunning(folder = dataFolder()): string {
  return `No Waybill runs with the data folder ${folder}. Start it with: npm start\nOr name one with --url and --token.`
}
