import { randomBytes } from 'node:crypto'
import { type APIRequestContext, type Browser, test as base, expect, type Page, request } from '@playwright/test'

// What every browser test gets: a page on which somebody of a given role is signed in, and names of its own. Tests
// run side by side on one server, so none relies on what another has made.

export type RoleName = 'viewer' | 'developer' | 'engineer' | 'admin'
export type Person = { email: string; password: string; role: RoleName }
type Cookies = Awaited<ReturnType<APIRequestContext['storageState']>>

type TestFixtures = {
  viewer: Page
  developer: Page
  engineer: Page
  admin: Page
  /** a name that no other test uses, beginning as asked */
  own: (beginning: string) => string
  /** a person who can sign in, made for this test */
  person: (role: RoleName) => Promise<Person>
  /** calls the API as somebody of that role */
  api: (role: RoleName) => Promise<APIRequestContext>
}
type WorkerFixtures = { signIns: (role: RoleName) => Promise<Cookies>; adminApi: APIRequestContext; origin: string }

export const unique = (beginning: string): string => `${beginning}-${randomBytes(4).toString('hex')}`

/** Signs in as the sign-in page does, without a browser. */
async function signInByApi(
  api: APIRequestContext,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  const { csrfToken } = await (await api.get('/api/auth/csrf')).json()
  const form = { csrfToken, email, password, json: 'true' }
  const response = await api.post('/api/auth/callback/credentials', { form })
  expect(response.status(), `sign-in of ${email}: ${await response.text()}`).toBe(200)
}

/** Requests of a program with a session say where they come from, as a browser's do. */
function apiContext(origin: string, storageState?: Cookies): Promise<APIRequestContext> {
  return request.newContext({
    baseURL: origin,
    extraHTTPHeaders: { origin, 'sec-fetch-site': 'same-origin' },
    ...(storageState ? { storageState } : {}),
  })
}

async function makePerson(adminApi: APIRequestContext, role: RoleName): Promise<Person> {
  const person: Person = { email: `${unique(role)}@bank.example`, password: randomBytes(12).toString('hex'), role }
  const data = { email: person.email, password: person.password, role, name: `Test ${role}` }
  const response = await adminApi.post('/api/v1/users', { data })
  expect(response.status(), await response.text()).toBe(201)
  return person
}

/** A page with that session which fails the test for what the page itself complains about. */
async function pageFor(
  browser: Browser,
  origin: string,
  storageState: Cookies,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  const complaints = listenForComplaints(page)
  await use(page)
  await context.close()
  expect(complaints, 'the page reports errors').toEqual([])
}

/** Uncaught errors and violations of the content security policy, as they occur. */
export function listenForComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Hydration|hydrat/i.test(message.text()))
      complaints.push(message.text())
  })
  return complaints
}

const fixtureFor =
  (role: RoleName) =>
  async (
    { browser, signIns, origin }: { browser: Browser; signIns: WorkerFixtures['signIns']; origin: string },
    use: (page: Page) => Promise<void>,
  ): Promise<void> =>
    pageFor(browser, origin, await signIns(role), use)

export const test = base.extend<TestFixtures, WorkerFixtures>({
  origin: [
    async ({ browserName: _any }, use) => {
      await use(process.env.E2E_URL ?? `http://127.0.0.1:${process.env.E2E_PORT}`)
    },
    { scope: 'worker' },
  ],
  adminApi: [
    async ({ origin }, use) => {
      const api = await apiContext(origin)
      await signInByApi(api, {
        email: process.env.E2E_ADMIN_EMAIL ?? 'admin@bank.example',
        password: process.env.E2E_ADMIN_PASSWORD ?? '',
      })
      await use(api)
      await api.dispose()
    },
    { scope: 'worker' },
  ],
  signIns: [
    async ({ adminApi, origin }, use) => {
      const known = new Map<RoleName, Promise<Cookies>>()
      const open = async (role: RoleName): Promise<Cookies> => {
        const api = await apiContext(origin)
        await signInByApi(api, await makePerson(adminApi, role))
        const cookies = await api.storageState()
        await api.dispose()
        return cookies
      }
      await use((role) => {
        const cookies = known.get(role) ?? open(role)
        known.set(role, cookies)
        return cookies
      })
    },
    { scope: 'worker' },
  ],
  viewer: fixtureFor('viewer'),
  developer: fixtureFor('developer'),
  engineer: fixtureFor('engineer'),
  admin: fixtureFor('admin'),
  own: async ({ browserName: _any }, use) => {
    await use(unique)
  },
  person: async ({ adminApi }, use) => {
    await use((role) => makePerson(adminApi, role))
  },
  api: async ({ signIns, origin }, use) => {
    const opened: APIRequestContext[] = []
    await use(async (role) => {
      const api = await apiContext(origin, await signIns(role))
      opened.push(api)
      return api
    })
    await Promise.all(opened.map((api) => api.dispose()))
  },
})

export { expect }
