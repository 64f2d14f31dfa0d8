'use client'
import { createContext, type ReactNode, useContext } from 'react'
import type { Role } from '#lib/contract/access.ts'

export interface Me {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** what this person may do; pages leave out everything else */
  readonly rights: readonly string[]
}

const MeContext = createContext<Me | null>(null)

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext.Provider value={me}>{children}</MeContext.Provider>
}

export function useMe(): Me {
  const me = useContext(MeContext)
  if (me === null) throw new Error('useMe needs the dashboard layout around it')
  return me
}

/** Whether the signed-in person may. The server checks again, always. */
export function useMay(right: string): boolean {
  return useMe().rights.includes(right)
}
