import { FileLock2 } from 'lucide-react'
import type { ReactNode } from 'react'

/** The frame of the two pages outside the shell: sign-in and set-up. */
export function FrontPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-8">
      <div className="w-full max-w-[380px]">
        <p className="mb-6 flex items-center justify-center gap-2 text-base font-semibold">
          <FileLock2 size={22} aria-hidden className="text-accent" />
          Waybill
        </p>
        <div className="rounded-[10px] border border-line bg-surface p-6">
          <h1 className="mb-4 text-xl/7 font-semibold">{title}</h1>
          {children}
        </div>
      </div>
    </main>
  )
}
