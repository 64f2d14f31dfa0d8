import { type NextRequest, NextResponse } from 'next/server'
import { secureCookies, sessionCookieName } from '#lib/auth/session-cookie.ts'

// Gives every page its Content-Security-Policy with a fresh nonce, and sends browsers without a session cookie to the
// sign-in page. A convenience only: every page, route and action checks for itself who is asking.

const openPaths = ['/signin', '/setup']

function contentSecurityPolicy(nonce: string): string {
  const dev = process.env.NODE_ENV === 'development'
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    // style attributes: React Flow, Mantine and what the server renders set them
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(secureCookies() ? ['upgrade-insecure-requests'] : []),
  ].join('; ')
}

export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl
  const isOpen = openPaths.some((path) => pathname === path || pathname.startsWith(`${path}/`))
  if (!isOpen && !request.cookies.has(sessionCookieName())) {
    const to = new URL('/signin', request.url)
    if (pathname !== '/') to.searchParams.set('callbackUrl', pathname + search)
    const away = NextResponse.redirect(to)
    away.headers.set('cache-control', 'no-store')
    return away
  }
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  // whatever the caller sent under these names is replaced: the page believes them
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  headers.set('x-waybill-path', pathname + search)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('cache-control', 'private, no-store')
  return response
}

// The API, and the paths of Archivista's clients, are left out: Next would hold the bodies of uploads in memory for a
// proxy. Prefetches are not left out.
export const config = {
  matcher: ['/((?!api/|(?:v1/)?(?:upload$|query$|download/)|_next/static/|_next/image|favicon.ico|icon.svg).*)'],
}
