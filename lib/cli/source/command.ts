import { setTimeout as sleep } from 'node:timers/promises'
import {
  acceptedSchema,
  askAnswerSchema,
  probeSchema,
  replayedSchema,
  type SourceRow,
  sourceListSchema,
  sourceRowSchema,
} from '#lib/contract/sources.ts'
import { UsageError } from '../import/arguments.ts'
import { findServer, type Server, ServerError } from '../import/find-server.ts'
import { parseArguments, type SourceArguments, USAGE } from './arguments.ts'
import { ask } from './ask.ts'
import { answerText, probeText, sourceText } from './report.ts'

const exit = { fine: 0, some: 1, server: 2, usage: 64 } as const
const pollMs = 500

/** What a command has to say: as text, as JSON, and whether all is well. */
interface Outcome {
  readonly text: string
  readonly value: unknown
  readonly well: boolean
}

/** Runs `waybill source` with the arguments after its name; resolves with the exit status. */
export async function sourceCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${USAGE}\n`)
    return exit.fine
  }
  try {
    const given = parseArguments(args, process.env)
    const { text, value, well } = await perform(await findServer(given), given)
    process.stdout.write(given.json ? `${JSON.stringify(value, null, 2)}\n` : text)
    return well ? exit.fine : exit.some
  } catch (error) {
    if (error instanceof ServerError) return complain(error.message, exit.server)
    if (error instanceof UsageError)
      return complain(`${error.message}\nRun "waybill source --help" for how to use it.`, exit.usage)
    throw error
  }
}

function complain(message: string, status: number): number {
  process.stderr.write(`${message}\n`)
  return status
}

async function perform(server: Server, given: SourceArguments): Promise<Outcome> {
  const { act, name, settings } = given
  if (act === 'list') return list(server)
  if (act === 'add') {
    const row = await ask(server, 'POST', '', sourceRowSchema, { name, settings })
    return { text: `added\n${sourceText(row)}`, value: row, well: true }
  }
  if (act === 'test' && settings !== null) return probed(await ask(server, 'POST', '/test', probeSchema, { settings }))
  if (act === 'ask') return askAll(server, name ?? '')
  const { id } = await named(server, name ?? '')
  switch (act) {
    case 'test':
      return probed(await ask(server, 'POST', `/${id}/test`, probeSchema))
    case 'change': {
      const change = {
        ...(settings === null ? {} : { settings }),
        ...(given.rename === null ? {} : { name: given.rename }),
        ...(given.everySeconds === undefined ? {} : { everySeconds: given.everySeconds }),
      }
      const row = await ask(server, 'PATCH', `/${id}`, sourceRowSchema, change)
      return { text: `changed\n${sourceText(row)}`, value: row, well: true }
    }
    case 'pause':
    case 'resume': {
      const row = await ask(server, 'PATCH', `/${id}`, sourceRowSchema, { paused: act === 'pause' })
      return { text: sourceText(row), value: row, well: true }
    }
    case 'sync':
      return sync(server, id, given.wait)
    case 'replay': {
      const answer = await ask(server, 'POST', `/${id}/replay`, replayedSchema)
      return { text: `${answer.entries} entries are fetched again\n`, value: answer, well: true }
    }
    case 'remove': {
      const answer = await ask(server, 'DELETE', `/${id}`, acceptedSchema)
      return { text: 'removed; what it brought stays\n', value: answer, well: true }
    }
  }
}

/** Fine where something was found and all of it is in; a source that is in the way may have had more. */
async function askAll(server: Server, digest: string): Promise<Outcome> {
  const value = await ask(server, 'POST', '/ask', askAnswerSchema, { digest })
  const found = value.sources.some((source) => source.found > 0)
  const whole = value.sources.every(({ outcome, outside, waiting }) => outcome !== 'failed' && outside + waiting === 0)
  return { text: answerText(value), value, well: found && whole }
}

async function list(server: Server): Promise<Outcome> {
  const { rows, allowed } = await ask(server, 'GET', '', sourceListSchema)
  const may = `Sources may read ${allowed.folders.join(', ') || 'no folder'} and reach ${allowed.origins.join(', ') || 'no server'}.\n`
  const text = rows.length === 0 ? `There is no source yet.\n${may}` : `${rows.map(sourceText).join('\n')}\n${may}`
  return { text, value: rows, well: rows.every(({ error }) => error === null) }
}

function probed(probe: Parameters<typeof probeText>[0]): Outcome {
  return { text: probeText(probe), value: probe, well: probe.reached }
}

async function named(server: Server, name: string): Promise<SourceRow> {
  const { rows } = await ask(server, 'GET', '', sourceListSchema)
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase() || row.id === name)
  if (found !== undefined) return found
  const names = rows.map((row) => row.name).join(', ') || 'none'
  throw new UsageError(`There is no source called ${name}. There are: ${names}.`)
}

/** Has it synced and waits until a pass that began after that has caught up, or failed. */
async function sync(server: Server, id: string, wait: boolean): Promise<Outcome> {
  const before = await ask(server, 'GET', `/${id}`, sourceRowSchema)
  const asked = await ask(server, 'POST', `/${id}/sync`, acceptedSchema)
  if (!wait) return { text: 'asked for\n', value: asked, well: true }
  for (;;) {
    const row = await ask(server, 'GET', `/${id}`, sourceRowSchema)
    const caughtUp = row.caughtUpAt !== before.caughtUpAt && row.state !== 'syncing' && row.progress === null
    const failed = row.error !== null && row.error.failures !== (before.error?.failures ?? 0)
    if (failed || (caughtUp && row.error === null)) return { text: sourceText(row), value: row, well: isWell(row) }
    await sleep(pollMs)
  }
}

function isWell({ error, entries }: SourceRow): boolean {
  return error === null && entries.quarantined + entries.refused + entries.failed === 0
}
