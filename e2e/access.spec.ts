import { connect } from 'node:net'
import { expectAccessible } from './accessible.ts'
import { expect, listenForComplaints, test } from './fixtures.ts'

test('signing in leads to the page that was asked for, and out of it again', async ({ page, person }) => {
  const complaints = listenForComplaints(page)
  const { email, password } = await person('viewer')
  await page.goto('/builds?state=blocked')
  await expect(page).toHaveURL(/\/signin\?callbackUrl=%2Fbuilds%3Fstate%3Dblocked/)
  await expectAccessible(page)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('not the password of this person')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is wrong' })).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/builds\?state=blocked$/)

  const cookies = await page.context().cookies()
  const session = cookies.find((cookie) => cookie.name === 'waybill.session')
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  await page.getByRole('button', { name: 'Account of Test viewer' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/signin/)
  // a copy of the cookie is worth nothing any more
  const headers = { cookie: `waybill.session=${session?.value}` }
  expect((await page.request.get('/api/v1/users/me', { headers })).status()).toBe(401)
  expect(complaints).toEqual([])
})

test('an address of another site is not gone to after signing in', async ({ page, person }) => {
  const { email, password } = await person('viewer')
  await page.goto('/signin?callbackUrl=https%3A%2F%2Fevil.example%2F')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/signin/)
  expect(new URL(page.url()).hostname).toBe('127.0.0.1')
})

test('a session that was ended elsewhere is over at the next click', async ({ browser, person, origin }) => {
  const { email, password } = await person('viewer')
  const context = await browser.newContext({ baseURL: origin })
  const page = await context.newPage()
  await page.goto('/signin')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/signin/)
  const headers = { origin, 'sec-fetch-site': 'same-origin' }
  const sessions = await (await context.request.get('/api/v1/sessions')).json()
  expect(sessions).toHaveLength(1)
  expect((await context.request.delete(`/api/v1/sessions/${sessions[0].id}`, { headers })).status()).toBe(204)
  await page.goto('/builds')
  await expect(page).toHaveURL(/\/signin\?callbackUrl=%2Fbuilds/)
  await context.close()
})

test('a role that changes counts from the next request', async ({ adminApi, person, playwright, origin }) => {
  const { email, password } = await person('viewer')
  const api = await playwright.request.newContext({
    baseURL: origin,
    extraHTTPHeaders: { origin, 'sec-fetch-site': 'same-origin' },
  })
  const { csrfToken } = await (await api.get('/api/auth/csrf')).json()
  await api.post('/api/auth/callback/credentials', { form: { csrfToken, email, password, json: 'true' } })
  const me = await (await api.get('/api/v1/users/me')).json()
  expect((await api.get('/api/v1/audit')).status()).toBe(403)
  expect((await adminApi.patch(`/api/v1/users/${me.id}`, { data: { role: 'engineer' } })).status()).toBe(200)
  expect((await api.get('/api/v1/audit')).status()).toBe(200)
  expect((await adminApi.patch(`/api/v1/users/${me.id}`, { data: { disabled: true } })).status()).toBe(200)
  expect((await api.get('/api/v1/audit')).status()).toBe(401)
  await api.dispose()
})

const pages = ['/', '/builds', '/software', '/layouts', '/identities', '/sources', '/audit', '/settings', '/welcome']
const disguises: { name: string; headers?: Record<string, string>; change?: (path: string) => string }[] = [
  { name: 'as it is' },
  { name: 'as a server component request', headers: { rsc: '1' } },
  { name: 'with a _rsc parameter', headers: { rsc: '1' }, change: (path) => `${path}?_rsc=abc` },
  { name: 'as a prefetch', headers: { rsc: '1', 'next-router-prefetch': '1', purpose: 'prefetch' } },
  {
    name: 'as a segment prefetch',
    headers: { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
  },
  { name: 'with the ending .rsc', change: (path) => `${path === '/' ? '/index' : path}.rsc` },
  { name: "as Next's own subrequest", headers: { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' } },
  {
    name: 'as a subrequest under src',
    headers: { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware' },
  },
  { name: 'with an encoded dot', change: (path) => `/%2e${path}` },
  { name: 'with two slashes', change: (path) => `/${path}` },
  { name: 'in capitals', change: (path) => path.toUpperCase() },
  {
    name: 'with a rewritten address',
    headers: { 'x-original-url': '/signin', 'x-rewrite-url': '/signin', 'x-forwarded-prefix': '/signin' },
  },
  { name: 'with a cookie that means nothing', headers: { cookie: 'waybill.session=abc' } },
]

for (const { name, headers, change } of disguises)
  test(`without a session no page is served ${name}`, async ({ playwright, origin }) => {
    const api = await playwright.request.newContext({ baseURL: origin })
    for (const path of pages) {
      const response = await api.get(origin + (change ? change(path) : path), {
        headers: headers ?? {},
        maxRedirects: 0,
        failOnStatusCode: false,
      })
      const text = await response.text()
      const location = response.headers().location ?? ''
      const leadsToSignIn = /^(https?:\/\/[^/]+)?\/signin/.test(location) || /NEXT_REDIRECT;[^"]*\/signin/.test(text)
      const away = leadsToSignIn || [400, 404, 308].includes(response.status())
      expect(away, `${path}: ${response.status()} ${location}\n${text.slice(0, 500)}`).toBe(true)
      expect(text).not.toContain('Account of')
    }
    await api.dispose()
  })

test('every page carries its policy, made by nobody but the server', async ({ request }) => {
  const hostile = {
    'x-nonce': 'hostile',
    'content-security-policy': "script-src 'nonce-hostile'",
    'x-waybill-path': '//evil.example',
  }
  const response = await request.get('/signin', { headers: hostile })
  const policy = response.headers()['content-security-policy'] ?? ''
  expect(await response.text()).not.toContain('hostile')
  expect(policy).not.toContain('hostile')
  expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'strict-dynamic'/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-eval')
  const second = (await request.get('/signin')).headers()['content-security-policy']
  expect(second).not.toBe(policy)
})

test('answers say that they are to be neither kept, framed nor guessed at', async ({ request }) => {
  for (const path of ['/signin', '/api/v1/health', '/api/v1/users']) {
    const headers = (await request.get(path)).headers()
    expect(headers['cache-control']).toContain('no-store')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['x-powered-by']).toBeUndefined()
  }
})

test('a request for another protocol is hung up on', async ({ origin }) => {
  const { hostname, port } = new URL(origin)
  const said = await new Promise<string>((done) => {
    let text = ''
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ),
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => done(text))
    socket.on('error', () => done(text))
  })
  expect(said).not.toContain('101')
})

test('a body that is too large is refused without being read', async ({ adminApi }) => {
  const response = await adminApi.post('/api/v1/tokens', { data: { name: 'x'.repeat(9 * 1024 * 1024) } })
  expect(response.status()).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'TOO_LARGE', title: 'Too large' })
})

test('people who sign in at the same moment each get their own session', async ({ person, playwright, origin }) => {
  const people = await Promise.all([person('viewer'), person('developer'), person('engineer')])
  const names = await Promise.all(
    people.map(async ({ email, password }) => {
      const api = await playwright.request.newContext({ baseURL: origin })
      const { csrfToken } = await (await api.get('/api/auth/csrf')).json()
      await api.post('/api/auth/callback/credentials', { form: { csrfToken, email, password, json: 'true' } })
      const me = await (await api.get('/api/v1/users/me')).json()
      await api.dispose()
      return me.email
    }),
  )
  expect(names).toEqual(people.map((p) => p.email))
})
