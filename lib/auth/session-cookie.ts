import { env } from '../env.ts'

/** Behind TLS the cookie carries the __Host- prefix: no other host, path or plain connection can set it. */
export function secureCookies(): boolean {
  return env().publicUrl?.startsWith('https://') ?? false
}

export function sessionCookieName(): string {
  return secureCookies() ? '__Host-waybill.session' : 'waybill.session'
}

/** A Cookie header as names and values; the first of equal names wins. */
export function parseCookies(header: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null)
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at < 0) continue
    const name = part.slice(0, at).trim()
    if (name !== '' && out[name] === undefined) out[name] = part.slice(at + 1).trim()
  }
  return out
}
