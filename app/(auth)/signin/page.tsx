import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { FrontPage } from '#components/access/front-page.tsx'
import { SignIn } from '#components/access/sign-in.tsx'
import { pageActor } from '#lib/auth/page-actor.ts'
import { isSetUp } from '#lib/services/access/set-up.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage() {
  if ((await pageActor()) !== null) redirect('/')
  if (!(await isSetUp())) return <NotSetUp />
  return (
    <FrontPage title="Sign in">
      <Suspense>
        <SignIn />
      </Suspense>
    </FrontPage>
  )
}

const NotSetUp = () => (
  <FrontPage title="Not set up yet">
    <p className="text-[13px] text-mute">
      Nobody can sign in before there is an administrator. <code className="font-mono">npm start</code> has printed a
      link that creates one; it works once. Open it on this machine, or start Waybill again for a new link.
    </p>
  </FrontPage>
)
