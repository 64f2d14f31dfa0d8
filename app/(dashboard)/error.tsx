'use client'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { PageBody } from '#components/ui/page-body.tsx'

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <PageBody narrow>
      <h1 className="sr-only">This page could not be shown</h1>
      <ErrorPanel
        error={{
          message:
            'Waybill could not make this page. Nothing was changed. Try again; if it stays, hand on the number below.',
          ...(error.digest === undefined ? {} : { digest: error.digest }),
        }}
        title="This page could not be shown"
        retry={reset}
      />
    </PageBody>
  )
}
