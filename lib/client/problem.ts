import { z } from 'zod'

/** A request that the server refused or that never arrived. `message` is the server's sentence, made for people. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  /** path of a field (`keys.0.text`) -> what was expected there */
  readonly fields: Readonly<Record<string, string>>
  /** the whole answer: a conflict carries the current state */
  readonly body: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: string,
    message: string,
    more: { requestId?: string | null; fields?: Record<string, string>; body?: Record<string, unknown> } = {},
  ) {
    super(message)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.requestId = more.requestId ?? null
    this.fields = more.fields ?? {}
    this.body = more.body ?? {}
  }
}

const problemSchema = z.looseObject({
  detail: z.string(),
  code: z.string(),
  requestId: z.string().nullish(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/** What an answer that is not 2xx says (RFC 9457), or a sentence of our own where it says nothing readable. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  let body: unknown = null
  try {
    body = await response.json()
  } catch {
    // not JSON: a proxy in between, or a server that is just starting
  }
  return problemFrom(response.status, body)
}

export function problemFrom(status: number, body: unknown): ApiProblem {
  const problem = problemSchema.safeParse(body)
  if (!problem.success)
    return new ApiProblem(status, 'UNEXPECTED_ANSWER', `The server answered ${status} without saying why. Try again.`)
  const { detail, code, requestId, fields = [] } = problem.data
  return new ApiProblem(status, code, detail, {
    requestId: requestId ?? null,
    fields: Object.fromEntries(fields.map((field) => [field.path, field.message])),
    body: problem.data,
  })
}
