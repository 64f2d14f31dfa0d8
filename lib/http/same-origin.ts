import { AppError } from '../errors.ts'

/**
 * Refuses a write that another site made a signed-in browser send. Browsers say where a request comes from in
 * Sec-Fetch-Site; older ones at least in Origin. A request that says neither is refused too.
 */
export function requireSameOrigin(headers: Headers, publicUrl: string | null): void {
  const site = headers.get('sec-fetch-site')
  if (site === 'same-origin') return
  if (site === null && ownOrigin(headers, publicUrl)) return
  throw new AppError(
    'FORBIDDEN',
    `A change made with a session cookie has to come from Waybill's own pages (Sec-Fetch-Site: same-origin, or an ` +
      `Origin equal to the address); found ${site === null ? `Origin ${headers.get('origin') ?? 'missing'}` : `Sec-Fetch-Site ${site}`}. ` +
      'Programs use an API token instead.',
  )
}

function ownOrigin(headers: Headers, publicUrl: string | null): boolean {
  const origin = headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  if (publicUrl !== null) return new URL(publicUrl).origin === origin
  const host = headers.get('host')
  return host !== null && new URL(origin).host === host
}
