import { z } from 'zod'

// The part of Archivista's API that its clients use to push and to look up evidence.

export const gitoidSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected a gitoid of 64 lower-case hex digits')
export const gitoidParamsSchema = z.object({ gitoid: gitoidSchema })
/** `code` and `message`: the document was kept but cannot be read, so it counts for nothing */
export const uploadAnswerSchema = z.object({
  gitoid: gitoidSchema,
  code: z.string().optional(),
  message: z.string().optional(),
})

const wordsSchema = z.array(z.string().max(1_000)).max(20_000).nullable().default(null)
export const graphqlRequestSchema = z.object({
  query: z.string().max(20_000),
  operationName: z.string().nullish(),
  variables: z.unknown().optional(),
})
export const collectionSearchSchema = z.object({
  collectionName: z.string().max(1_000),
  subjectDigests: wordsSchema,
  attestations: wordsSchema,
  excludeGitoids: wordsSchema,
})
export type CollectionSearch = z.infer<typeof collectionSearchSchema>
