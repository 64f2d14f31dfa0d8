import type { Import } from '#lib/contract/evidence.ts'
import { parseArguments, USAGE, UsageError } from './arguments.ts'
import { collectFiles, type NotSent } from './collect-files.ts'
import { findServer, ServerError } from './find-server.ts'
import { send } from './send.ts'
import { fateTable } from './table.ts'

const exit = { fine: 0, some: 1, server: 2, usage: 64 } as const

/** Runs `waybill import` with the arguments after its name; resolves with the exit status. */
export async function importCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${USAGE}\n`)
    return exit.fine
  }
  try {
    const given = parseArguments(args, process.env)
    const { files, notSent } = await collectFiles(given.paths)
    const brought = files.length === 0 ? null : await send(await findServer(given), files, given)
    process.stdout.write(
      given.json ? `${JSON.stringify({ import: brought, notSent }, null, 2)}\n` : fateTable(brought, notSent),
    )
    return allWell(brought, notSent) ? exit.fine : exit.some
  } catch (error) {
    if (error instanceof ServerError) return complain(error.message, exit.server)
    if (error instanceof UsageError)
      return complain(`${error.message}\nRun "waybill import --help" for how to use it.`, exit.usage)
    throw error
  }
}

function allWell(brought: Import | null, notSent: readonly NotSent[]): boolean {
  return notSent.length === 0 && (brought === null || brought.counts.quarantined + brought.counts.refused === 0)
}

function complain(message: string, status: number): number {
  process.stderr.write(`${message}\n`)
  return status
}
