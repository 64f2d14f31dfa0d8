'use client'
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical, Inbox, type LucideIcon, Workflow } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { loadDemo } from '#lib/client/demo.ts'
import { postureQuery } from '#lib/client/posture.ts'
import { useMay, useMe } from '../shell/me.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'

/** The first page of a fresh Waybill: three ways to begin. */
export function WelcomePage() {
  const me = useMe()
  const router = useRouter()
  const client = useQueryClient()
  const mayDemo = useMay('demo:manage')
  const mayBring = useMay('evidence:bring')
  const mayDraw = useMay('layout:draft')
  const { data } = useQuery(postureQuery())
  const demo = useMutation({
    mutationFn: loadDemo,
    onSuccess: async () => {
      await client.invalidateQueries()
      router.push('/')
    },
  })
  return (
    <PageBody>
      <PageHeader
        title={`Welcome, ${me.name}`}
        subline="Waybill shows where software came from, and whether it took the route its layout allows. How do you want to begin?"
      />
      <div className="grid grid-cols-1 gap-4 md:grid-cols-3">
        {mayDemo && (
          <Door
            icon={FlaskConical}
            title="Look at the demo"
            text="Six invented pieces of software over 30 days, one build of each kind of failure. Signed with real keys, brought in like any other evidence, removed with one click."
            error={demo.error?.message}
          >
            {data?.demo ? (
              <Button component={Link} href="/" variant="default">
                It is loaded: open it
              </Button>
            ) : (
              <Button loading={demo.isPending} onClick={() => demo.mutate()}>
                Load the demo
              </Button>
            )}
          </Door>
        )}
        {mayBring && (
          <Door
            icon={Inbox}
            title="Bring in metadata"
            text="Links, layouts, attestations and public keys that in-toto made: drop a folder or an archive into the page, or use the command line or the API."
          >
            <Button component={Link} href="/sources" variant={mayDemo ? 'default' : 'filled'}>
              Bring in metadata
            </Button>
          </Door>
        )}
        {mayDraw && (
          <Door
            icon={Workflow}
            title="Draw a layout"
            text="Steps, who may sign them, and which files they hand on. Signed with a key that never leaves the browser, exported for in-toto-verify."
          >
            <Button component={Link} href="/layouts/new" variant="default">
              Draw a layout
            </Button>
          </Door>
        )}
      </div>
      {demo.isPending && (
        <p role="status" className="mt-4 text-[13px] text-mute">
          Keys are made, evidence is signed and brought in. That takes a few seconds.
        </p>
      )}
      <p className="mt-6 text-[13px] text-mute">
        Or go straight to{' '}
        <Link className="wb-link underline" href="/">
          the posture page
        </Link>
        .
      </p>
    </PageBody>
  )
}

function Door({
  icon: Icon,
  title,
  text,
  error,
  children,
}: {
  icon: LucideIcon
  title: string
  text: string
  error?: string | undefined
  children: ReactNode
}) {
  return (
    <section aria-label={title} className="flex flex-col rounded-[10px] border border-line bg-surface p-5">
      <Icon size={24} strokeWidth={1.5} aria-hidden className="text-accent" />
      <h2 className="mt-3 text-[17px]/[23px] font-semibold">{title}</h2>
      <p className="mt-1 mb-4 flex-1 text-[13px] text-mute">{text}</p>
      {error && (
        <p role="alert" className="mb-3 text-[13px] text-fail-text">
          {error}
        </p>
      )}
      <div>{children}</div>
    </section>
  )
}
