import { dehydrate, HydrationBoundary, type QueryClient } from '@tanstack/react-query'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { getQueryClient } from '#lib/client/query.ts'
import { AppError } from '#lib/errors.ts'

/**
 * Hands what services answered to the page's queries: the page is there at once, without a second request. What fails
 * here is asked again by the browser, which shows the reason.
 */
export async function Hydrated({
  load,
  children,
}: {
  load: (client: QueryClient) => readonly Promise<unknown>[]
  children: ReactNode
}) {
  const client = getQueryClient()
  await Promise.all(load(client))
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>
}

/** A thing that is not there makes the not-found page, inside the shell. */
export async function orNotFound<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') notFound()
    throw error
  }
}
