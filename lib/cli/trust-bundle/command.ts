import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type TrustDomainRow, trustDomainRowSchema, trustListSchema } from '#lib/contract/trust.ts'
import { UsageError } from '../import/arguments.ts'
import { findServer, type Server, ServerError } from '../import/find-server.ts'
import { askServer } from '../source/ask.ts'
import { parseArguments, type TrustBundleArguments, USAGE } from './arguments.ts'

const exit = { fine: 0, server: 2, usage: 64 } as const

/** Runs `waybill trust-bundle` with the arguments after its name; resolves with the exit status. */
export async function trustBundleCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${USAGE}\n`)
    return exit.fine
  }
  try {
    const given = parseArguments(args, process.env)
    const { text, value } = await perform(await findServer(given), given)
    process.stdout.write(given.json ? `${JSON.stringify(value, null, 2)}\n` : text)
    return exit.fine
  } catch (error) {
    if (error instanceof ServerError) return complain(error.message, exit.server)
    if (error instanceof UsageError)
      return complain(`${error.message}\nRun "waybill trust-bundle --help" for how to use it.`, exit.usage)
    throw error
  }
}

function complain(message: string, status: number): number {
  process.stderr.write(`${message}\n`)
  return status
}

async function perform(server: Server, given: TrustBundleArguments): Promise<{ text: string; value: unknown }> {
  const { act, trustDomain, what } = given
  if (act === 'list') return list(server)
  const row = act === 'add' ? await add(server, given) : await say(server, given, trustDomain ?? '', what ?? '')
  return { text: domainText(row), value: row }
}

async function list(server: Server) {
  const found = await askServer(server, 'GET', '/trust-domains', trustListSchema)
  const offered = found.offered.map(
    ({ name, sha256, roots, broughtBy }) =>
      `not in force: ${visible(name)}, a bundle with ${roots} root(s) brought in by ${visible(broughtBy)} (${sha256.slice(0, 12)})\n`,
  )
  const domains = found.domains.map(domainText)
  const none =
    domains.length === 0 ? ['No trust domain is known: certificates count by the roots of layouts alone.\n'] : []
  return { text: [...none, ...domains, ...offered].join(''), value: found }
}

function add(server: Server, { trustDomain, what, reason, at, ending }: TrustBundleArguments): Promise<TrustDomainRow> {
  const content = { text: readFile(what ?? ''), name: basename(what ?? '') }
  const body = { trustDomain, content, reason, ending: [...ending], ...since('from', at) }
  return askServer(server, 'POST', '/trust-domains', trustDomainRowSchema, body)
}

async function say(
  server: Server,
  { act, reason, at }: TrustBundleArguments,
  trustDomain: string,
  what: string,
): Promise<TrustDomainRow> {
  const domain = `/trust-domains/${encodeURIComponent(trustDomain)}`
  const { roots } = await askServer(server, 'GET', domain, trustDomainRowSchema)
  const found = roots.filter(({ sha256 }) => sha256.startsWith(what.toLowerCase()))
  const [root, other] = found
  if (root === undefined) throw new UsageError(`${trustDomain} has no root whose SHA-256 begins with ${what}.`)
  if (other !== undefined) throw new UsageError(`Several roots of ${trustDomain} begin with ${what}: give more of it.`)
  return askServer(server, 'POST', `${domain}/roots/${root.sha256}`, trustDomainRowSchema, {
    act,
    reason,
    ...since('at', at),
  })
}

/** With milliseconds, as the server wants it. */
function since(name: 'from' | 'at', time: string | null): Record<string, string> {
  return time === null ? {} : { [name]: new Date(time).toISOString() }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    throw new UsageError(`${path} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : String(code)}.`)
  }
}

function domainText({ trustDomain, roots, software }: TrustDomainRow): string {
  const names = software.map(({ name }) => visible(name)).join(', ') || 'no layout in force'
  const lines = roots.map(({ sha256, subject, notAfter, spans, state }) => {
    const times = spans.map(({ from, until }) => `since ${from}${until === null ? '' : ` until ${until}`}`).join(', ')
    return `  ${sha256.slice(0, 12)}  ${state.padEnd(11)}  ${times}, certificate ends ${notAfter}  ${visible(subject)}`
  })
  return [
    `${trustDomain}  asked for by ${names}`,
    ...(lines.length === 0 ? ['  no root: nobody speaks for it'] : lines),
    '',
  ].join('\n')
}

/** Names come from outside: control characters are shown, not obeyed. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`)
}
