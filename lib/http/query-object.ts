import { z } from 'zod'

/** The schema inside optional, default and nullable ones. */
function innermost(schema: unknown): unknown {
  let s = schema
  while (s instanceof z.ZodOptional || s instanceof z.ZodDefault || s instanceof z.ZodNullable) s = s.unwrap()
  return s
}

/**
 * A query string as the object its schema expects: members that are lists take repeated and comma-separated values
 * (`?state=blocked,expired`), all others a single one. A repeated single value is left as a list, which the schema
 * refuses.
 */
export function queryObject(search: URLSearchParams, schema: z.ZodType): Record<string, string | string[]> {
  const shape: Record<string, unknown> = schema instanceof z.ZodObject ? schema.shape : {}
  const out: Record<string, string | string[]> = {}
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name)
    if (innermost(shape[name]) instanceof z.ZodArray)
      out[name] = values.flatMap((v) => v.split(',')).filter((v) => v !== '')
    else out[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return out
}
