import { z } from 'zod'

/** By id or short id. */
export function buildWhere(id: string): { id: string } | { short: string } {
  return z.uuid().safeParse(id).success ? { id } : { short: id }
}
