import type { Metadata } from 'next'
import Link from 'next/link'
import { FrontPage } from '#components/access/front-page.tsx'
import { SetUp } from '#components/access/set-up.tsx'
import { isSetUp } from '#lib/services/access/set-up.ts'

export const metadata: Metadata = { title: 'Set up', referrer: 'no-referrer' }

export default async function SetUpPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams
  if (await isSetUp())
    return (
      <FrontPage title="Already set up">
        <p className="text-[13px] text-mute">
          There is an administrator, so this link has no effect any more.{' '}
          <Link className="wb-link underline" href="/signin">
            Sign in
          </Link>
        </p>
      </FrontPage>
    )
  if (typeof token !== 'string' || token === '')
    return (
      <FrontPage title="The link is incomplete">
        <p className="text-[13px] text-mute">
          Expected an address that ends with <code className="font-mono">?token=…</code>, as{' '}
          <code className="font-mono">npm start</code> printed it. Copy the whole line.
        </p>
      </FrontPage>
    )
  return (
    <FrontPage title="Set up Waybill">
      <SetUp token={token} />
    </FrontPage>
  )
}
