import { defaultShouldDehydrateQuery, isServer, QueryClient } from '@tanstack/react-query'

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, retry: 1 },
      // pages prefetch without waiting: what is still on its way is handed to the browser as it is
      dehydrate: {
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === 'pending',
      },
    },
  })
}

let ofBrowser: QueryClient | undefined

/** On the server one per request, in the browser one for good. */
export function getQueryClient(): QueryClient {
  if (isServer) return makeQueryClient()
  ofBrowser ??= makeQueryClient()
  return ofBrowser
}
