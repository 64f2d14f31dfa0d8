import { z } from 'zod'

const problemSchema = z.object({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string(),
  status: z.number().optional(),
  requestId: z.string().optional(),
  fields: z.record(z.string(), z.string()).optional(),
})

/** A refusal or failure of the API, with the sentence to show. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  readonly requestId: string | null
  /** field -> what is wrong with it */
  readonly fields: Readonly<Record<string, string>>

  constructor(status: number, code: string, detail: string, requestId: string | null, fields: Record<string, string>) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.requestId = requestId
    this.fields = fields
  }
}

/** Fetches and checks an answer of the API. Throws ApiProblem. */
export async function apiGet<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  return schema.parse(await (await request(path, { headers: { accept: 'application/json' } })).json())
}

/** Sends JSON (or a form) and checks the answer. `schema` null: the answer has no body. */
export async function apiSend<S extends z.ZodType>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  schema: S,
): Promise<z.output<S>> {
  const isForm = typeof FormData !== 'undefined' && body instanceof FormData
  const response = await request(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return schema.parse(text === '' ? null : JSON.parse(text))
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin' })
  } catch {
    throw new ApiProblem(
      0,
      'UNREACHABLE',
      'The server cannot be reached. Check the connection and try again.',
      null,
      {},
    )
  }
  if (response.ok) return response
  throw await problemOf(response)
}

/** The problem document of a failed answer, or what can be said without one. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null))
  if (!parsed.success) {
    const detail = `The server answered with status ${response.status} and no explanation. Try again.`
    return new ApiProblem(response.status, 'UNKNOWN', detail, response.headers.get('x-request-id'), {})
  }
  const { code, detail, requestId, fields } = parsed.data
  return new ApiProblem(response.status, code, detail, requestId ?? null, fields ?? {})
}
