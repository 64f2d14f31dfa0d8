import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server'
import { stateSchema } from '#lib/contract/verdict.ts'

/** The filter of the builds as it stands in the address: `?state=blocked,expired&software=payments&q=main`. */
export const buildsFilter = {
  state: parseAsArrayOf(parseAsStringLiteral(stateSchema.options)).withDefault([]),
  software: parseAsString,
  q: parseAsString.withDefault(''),
}
