import { pathToFileURL } from 'node:url'

// Dispatch of the `waybill` command. Each command is loaded only when it is asked for: `verify` needs no database.

const usage = `waybill COMMAND [OPTIONS]

  verify   judge a supply chain with in-toto metadata, offline
  import   bring files and folders of metadata to a running Waybill
  source   places from which a running Waybill fetches metadata by itself
  trust-bundle
           whose roots speak for which SPIFFE trust domain, on a running Waybill

\`waybill COMMAND --help\` says more. Exit status of verify: 0 allow, 1 deny, 2 cannot tell, 64 wrong arguments.`

/** Takes the arguments after its name; resolves with the exit status. */
type Command = (args: string[]) => Promise<number>

const commands: Record<string, () => Promise<Command>> = {
  verify: async () => (await import('./verify/command.ts')).verifyCommand,
  import: async () => (await import('./import/command.ts')).importCommand,
  'trust-bundle': async () => (await import('./trust-bundle/command.ts')).trustBundleCommand,
  source: async () => (await import('./source/command.ts')).sourceCommand,
}

/** Runs the command that the arguments name; resolves with the exit status. */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(usage)
    return 0
  }
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    console.error(name === undefined ? usage : `waybill: there is no command ${name}\n\n${usage}`)
    return 64
  }
  const command = await load()
  try {
    return await command(rest)
  } catch (error) {
    console.error(faultOf(name ?? '', error))
    return 2
  }
}

/** A fault of Waybill's own is never a verdict: cannot tell. The trace is for those who ask for it. */
function faultOf(name: string, error: unknown): string {
  const sentence = `waybill ${name} stopped on a fault of its own, so this says nothing about your files`
  if (process.env.WAYBILL_DEBUG && error instanceof Error) return `${sentence}:\n${error.stack}`
  const found = error instanceof Error ? error.message : String(error)
  return `${sentence}: ${found}\nRun it again with WAYBILL_DEBUG=1 to see where, and report that.`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main(process.argv.slice(2))
