import { redirect } from 'next/navigation'

interface Props {
  params: Promise<{ short: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** The short link that CI prints: leads to the build and keeps what stands behind the question mark. */
export default async function Page({ params, searchParams }: Props) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(await searchParams)) {
    for (const one of [value].flat()) if (one !== undefined) query.append(name, one)
  }
  const { short } = await params
  redirect(`/builds/${encodeURIComponent(decodeURIComponent(short))}${query.size > 0 ? `?${query}` : ''}`)
}
