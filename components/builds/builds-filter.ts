import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server'
import { stateSchema } from '#lib/contract/verdict.ts'

/** The filter of the builds as it stands in the address: `?state=blocked,expired&software=payments&elsewhere=any&q=main`. */
export const buildsFilter = {
  state: parseAsArrayOf(parseAsStringLiteral(stateSchema.options)).withDefault([]),
  software: parseAsString,
  elsewhere: parseAsStringLiteral(['any', 'failed', 'claimed'] as const),
  q: parseAsString.withDefault(''),
}
