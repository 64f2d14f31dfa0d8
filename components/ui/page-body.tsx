import type { ReactNode } from 'react'

/** The width and padding that every page but the canvases has. */
export function PageBody({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return (
    <div className={`mx-auto w-full px-4 py-5 sm:px-6 sm:py-6 ${narrow ? 'max-w-[860px]' : 'max-w-[1320px]'}`}>
      {children}
    </div>
  )
}
