import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { collectionSearchSchema, type graphqlRequestSchema } from '#lib/contract/archivista.ts'
import { searchCollections } from './search-collections.ts'

/** The search that `witness verify` sends (go-witness, archivista client), its blanks evened out. */
const searchText =
  'query ($subjectDigests: [String!], $attestations: [String!], $collectionName: String!, $excludeGitoids: [String!]) ' +
  '{ dsses( where: { gitoidSha256NotIn: $excludeGitoids, hasStatementWith: { hasAttestationCollectionsWith: ' +
  '{ name: $collectionName, hasAttestationsWith: { typeIn: $attestations } }, hasSubjectsWith: ' +
  '{ hasSubjectDigestsWith: { valueIn: $subjectDigests } } } } ) { edges { node { gitoidSha256 } } } }'

/** By this, whoever looks for an Archivista finds out that something answers. */
const probeText = /^(query )?\{ ?__typename ?\}$/

/**
 * Answers the two requests that clients of Archivista send, and no other: this is no GraphQL server, and its parser would
 * be one more thing to attack. Errors are told the way GraphQL servers tell them.
 */
export async function answerQuery(
  actor: Actor,
  { query, variables }: z.output<typeof graphqlRequestSchema>,
): Promise<{ status: 200 | 422; body: object }> {
  requireRight(actor, 'read')
  const text = query.replace(/\s+/g, ' ').trim()
  if (probeText.test(text)) return { status: 200, body: { data: { __typename: 'Query' } } }
  if (text !== searchText)
    return refused(
      'Only the search that witness verify sends is answered here. Use the API of Waybill for other questions.',
    )
  const search = collectionSearchSchema.safeParse(variables)
  if (!search.success) {
    const [issue] = search.error.issues
    return refused(`The variable ${issue?.path.join('.') ?? ''} is not as expected: ${issue?.message ?? ''}`)
  }
  const gitoids = await searchCollections(search.data)
  return { status: 200, body: { data: { dsses: { edges: gitoids.map((id) => ({ node: { gitoidSha256: id } })) } } } }
}

function refused(message: string): { status: 422; body: object } {
  return { status: 422, body: { errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }], data: null } }
}
