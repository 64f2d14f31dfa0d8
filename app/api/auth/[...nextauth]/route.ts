import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { authOptions } from '#lib/auth/next-auth.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

/** A sign-in form has a few hundred bytes. */
const bodyLimit = 20_000

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const length = Number(request.headers.get('content-length') ?? 0)
  if (request.method === 'POST' && !(length <= bodyLimit && request.headers.has('content-length')))
    return new Response('a sign-in is a small form with a Content-Length', { status: 413 })
  const response: Response = await NextAuth(request, context, authOptions())
  response.headers.set('cache-control', 'no-store')
  return response
}

export { handle as GET, handle as POST }
