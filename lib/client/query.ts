import { defaultShouldDehydrateQuery, environmentManager, QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem.ts'

/** What was refused stays refused: only a connection that failed is worth a second try. */
const retry = (count: number, error: Error): boolean =>
  count < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 502)

const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      // a page does not wait for second tries: the browser makes them
      queries: { staleTime: 15_000, retry: environmentManager.isServer() ? false : retry },
      dehydrate: {
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === 'pending',
      },
    },
  })

let inBrowser: QueryClient | undefined

/** One for each request on the server, one for the whole visit in the browser. */
export function getQueryClient(): QueryClient {
  if (environmentManager.isServer()) return makeQueryClient()
  inBrowser ??= makeQueryClient()
  return inBrowser
}
