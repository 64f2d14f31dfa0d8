import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { can, type Right, rights } from '#lib/auth/rights.ts'
import { type Role, roleSchema } from '#lib/contract/access.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { sourceFiles } from '#lib/testing/import-graph.ts'
import { apiToken, type Person, signedIn } from '#lib/testing/people.ts'
import type { RouteHandler } from './define-route.ts'

// Every route that there is, against everybody who might call it.

useDatabase()
const root = resolve(import.meta.dirname, '../..')
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const roles = roleSchema.options

/** Routes that nobody has to sign in for. */
const openRoutes = ['GET /api/v1/health', 'POST /api/v1/setup']

type Route = {
  title: string
  method: string
  path: string
  params: Record<string, string | string[]>
  handler: RouteHandler
}

const isHandler = (value: unknown): value is RouteHandler => typeof value === 'function' && 'right' in value

/** `app/api/v1/users/[id]/route.ts` as an address with ids that name nothing. */
function addressOf(file: string): { path: string; params: Record<string, string | string[]> } {
  const params: Record<string, string | string[]> = {}
  const path = file
    .replace(/^app/, '')
    .replace(/\/route\.ts$/, '')
    .replace(/\[(\.\.\.)?(\w+)\]/g, (_all, rest: string | undefined, name: string) => {
      const value = randomUUID()
      params[name] = rest ? [value] : value
      return value
    })
  return { path, params }
}

async function routesOf(file: string): Promise<Route[]> {
  const loaded: Record<string, unknown> = await import(resolve(root, file))
  const title = file.replace(/^app/, '').replace(/\/route\.ts$/, '')
  return methods.flatMap((method) => {
    const handler = loaded[method]
    if (handler === undefined) return []
    if (!isHandler(handler)) throw new Error(`${file}: ${method} is not made by defineRoute, so it declares no right`)
    return [{ title: `${method} ${title}`, method, ...addressOf(file), handler }]
  })
}

const files = sourceFiles(root, 'app').filter((f) => f.endsWith('/route.ts') && !f.startsWith('app/api/auth/'))
const routes = (await Promise.all(files.map(routesOf))).flat()
const isRight = (right: string): right is Right => rights.some((r) => r === right)

function call(route: Route, headers: Record<string, string>): Promise<Response> {
  const writes = route.method !== 'GET' && route.method !== 'HEAD'
  const body = writes ? { body: '{', headers: { 'content-type': 'application/json', ...headers } } : { headers }
  const request = new Request(`http://127.0.0.1${route.path}`, { method: route.method, ...body })
  return route.handler(request, { params: Promise.resolve(route.params) })
}

test('every route file makes all its handlers with defineRoute', () => {
  expect(files.length).toBeGreaterThan(5)
  expect(routes.length).toBeGreaterThanOrEqual(files.length)
  for (const route of routes)
    expect(isRight(route.handler.right) || ['signed-in', 'public'].includes(route.handler.right), route.title).toBe(
      true,
    )
})

test('only the listed routes are open to everybody', () => {
  expect(
    routes
      .filter((r) => r.handler.right === 'public')
      .map((r) => r.title)
      .sort(),
  ).toEqual(openRoutes)
})

const closed = routes.filter((r) => r.handler.right !== 'public')

describe('without a session', () => {
  test.each(closed)('$title is answered 401', async (route) => {
    const attempts: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { authorization: 'Bearer wbl_x' },
    ]
    for (const headers of attempts) {
      const response = await call(route, headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })
})

describe('a forged or foreign cookie', () => {
  test.each(closed)('$title is answered 401', async (route) => {
    const cookie = 'waybill.session=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA'
    expect((await call(route, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(401)
  })
})

describe('role and route', () => {
  const guarded = closed.flatMap((route) =>
    isRight(route.handler.right) ? [{ ...route, right: route.handler.right }] : [],
  )
  const cells = guarded.flatMap((route) => roles.map((role) => ({ ...route, role })))
  const people = new Map<Role, Promise<Person>>()
  const personOf = (role: Role): Promise<Person> => {
    const known = people.get(role) ?? signedIn(role)
    people.set(role, known)
    return known
  }
  const refused = cells.filter(({ role, right }) => !mayBy(role, right))

  test.each(refused)('$title refuses $role with 403', async (route) => {
    const { headers } = await personOf(route.role)
    expect((await call(route, headers)).status).toBe(403)
  })

  test('somebody may use each route', () => {
    for (const { title, right } of guarded)
      expect(
        roles.some((role) => mayBy(role, right)),
        title,
      ).toBe(true)
  })

  function mayBy(role: Role, right: Right): boolean {
    return can({ kind: 'user', id: '', name: '', role, scopes: [], softwareId: null, sessionId: null }, right)
  }
})

describe('a write with a session from another site', () => {
  const writes = closed.filter((r) => r.method !== 'GET' && r.method !== 'HEAD')
  test.each(writes)('$title is refused with 403', async (route) => {
    const { headers } = await signedIn('admin')
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await call(route, { ...headers, 'sec-fetch-site': site })).status).toBe(403)
  })
})

describe('a token without the scope', () => {
  const noScope = closed.filter((r) => r.handler.right !== 'read')
  test.each(noScope)('$title is refused with 403 for a reading token', async (route) => {
    const { headers } = await apiToken(['read'])
    expect((await call(route, headers)).status).toBe(403)
  })
})
