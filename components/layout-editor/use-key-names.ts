import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { knownKeysQuery } from '#lib/client/layouts.ts'
import type { DraftView } from '#lib/layout-draft/index.ts'

/** keyid -> name, by the key's material: a keyid is only what the layout calls it. */
export function useKeyNames(view: DraftView): ReadonlyMap<string, string> {
  const { data } = useQuery(knownKeysQuery())
  return useMemo(() => {
    const known = new Map(data?.keys.map(({ fingerprint, name }) => [fingerprint, name]))
    const named = view.keys.flatMap(({ keyid, key }): [string, string][] => {
      const name = key === null ? undefined : known.get(key.fingerprint)
      return name === undefined ? [] : [[keyid, name]]
    })
    return new Map(named)
  }, [data, view])
}
