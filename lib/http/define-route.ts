import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { type Actor, nobody } from '../auth/actor.ts'
import { requestActor } from '../auth/request-actor.ts'
import { type Right, requireRight } from '../auth/rights.ts'
import { env } from '../env.ts'
import { AppError } from '../errors.ts'
import { withRequestId } from '../services/audit/request-id.ts'
import { problemResponse, refusedInput } from './problem.ts'
import { queryObject } from './query-object.ts'
import { readJsonBody } from './read-body.ts'
import { requireSameOrigin } from './same-origin.ts'

type Given<S> = S extends z.ZodType ? z.output<S> : undefined

type RouteInput<P, Q, B> = {
  actor: Actor
  params: Given<P>
  query: Given<Q>
  body: Given<B>
  request: Request
  requestId: string
}

export type RouteDefinition<P, Q, B, A> = {
  /**
   * What the caller must be allowed to; `signed-in`: any user, about themselves; `public`: nobody needs to be signed
   * in (each such route is listed in lib/architecture.test.ts).
   */
  right: Right | 'signed-in' | 'public'
  params?: P
  query?: Q
  body?: B
  /** what is answered: members that it does not name do not leave the server. null: `run` answers by itself */
  answer: A
  status?: number
  /** largest JSON body in bytes, where the usual limit does not fit */
  bodyLimit?: number
  run: (input: RouteInput<P, Q, B>) => Promise<(A extends z.ZodType ? z.input<A> : never) | Response>
}

/** A route handler as Next calls it, with its declaration for the tests over all routes. */
export type RouteHandler = ((request: Request, context: { params: Promise<unknown> }) => Promise<Response>) & {
  right: Right | 'signed-in' | 'public'
}

/** Makes a route of its declaration: who may, what comes in, what goes out, one service call. */
export function defineRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | null = null,
>(definition: RouteDefinition<P, Q, B, A>): RouteHandler {
  const handle = async (request: Request, context: { params: Promise<unknown> }): Promise<Response> => {
    const requestId = randomUUID()
    try {
      return await withRequestId(requestId, () => serve(definition, request, context, requestId))
    } catch (error) {
      return problemResponse(error, requestId)
    }
  }
  return Object.assign(handle, { right: definition.right })
}

async function serve<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType | null,
>(
  definition: RouteDefinition<P, Q, B, A>,
  request: Request,
  context: { params: Promise<unknown> },
  requestId: string,
): Promise<Response> {
  const actor = await admit(definition.right, request)
  const params = parsePart('address', definition.params, await context.params)
  const query = parsePart(
    'query',
    definition.query,
    definition.query ? queryObject(new URL(request.url).searchParams, definition.query) : undefined,
  )
  const body = definition.body ? await readJsonBody(request, definition.body, definition.bodyLimit) : undefined
  const result = await definition.run({ actor, params, query, body: body as Given<B>, request, requestId })
  return result instanceof Response ? finish(result, requestId) : answer(definition, result, requestId)
}

/** Who asks, once it is certain that they may. Writes with a session must come from our own pages. */
async function admit(right: Right | 'signed-in' | 'public', request: Request): Promise<Actor> {
  const writes = request.method !== 'GET' && request.method !== 'HEAD'
  if (right === 'public') {
    if (writes) requireSameOrigin(request.headers, env().publicUrl)
    return nobody
  }
  const actor = await requestActor(request.headers)
  if (actor === null)
    throw new AppError(
      'UNAUTHENTICATED',
      'Expected a signed-in session or an API token (Authorization: Bearer wbl_...), found neither, or one that has ended.',
    )
  if (writes && actor.kind === 'user') requireSameOrigin(request.headers, env().publicUrl)
  if (right !== 'signed-in') requireRight(actor, right)
  else if (actor.kind !== 'user') throw new AppError('FORBIDDEN', 'This is about a signed-in person; a token has none.')
  return actor
}

/** The cast is safe: with a schema the value is what it parsed, without one `Given` is undefined. */
function parsePart<S extends z.ZodType | undefined>(part: string, schema: S | undefined, value: unknown): Given<S> {
  if (schema === undefined) return undefined as Given<S>
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw refusedInput(part, parsed.error)
  return parsed.data as Given<S>
}

function answer<A extends z.ZodType | null>(
  definition: { answer: A; status?: number },
  result: unknown,
  requestId: string,
): Response {
  if (definition.answer === null) throw new Error('a route without an answer schema has to return a Response')
  const checked = definition.answer.parse(result)
  return finish(Response.json(checked, { status: definition.status ?? 200 }), requestId)
}

/** No answer of the API is kept by caches, and each carries its id. */
function finish(response: Response, requestId: string): Response {
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
  response.headers.set('x-request-id', requestId)
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}
