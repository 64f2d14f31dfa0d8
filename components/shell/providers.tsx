'use client'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { setNonce } from 'get-nonce'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useState } from 'react'
import { config } from 'zod/v4/core'
import { theme, vars } from '#components/theme.ts'
import { getQueryClient } from '#lib/client/query.ts'

// zod otherwise probes `new Function`, which the content security policy refuses on every page
config({ jitless: true })

export function Providers({ children, nonce: first }: { children: ReactNode; nonce: string }) {
  // a refresh renders the root layout with a new nonce, while the document's policy keeps the first
  const [nonce] = useState(first)
  setNonce(nonce)
  return (
    <MantineProvider theme={theme} cssVariablesResolver={vars} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={getQueryClient()}>
        <NuqsAdapter>{children}</NuqsAdapter>
      </QueryClientProvider>
    </MantineProvider>
  )
}
