// What runs in the threads of run-heavy.ts. Node reads this file as it is, also where the server around it was bundled.
import { AppError, type ErrorCode, type FieldProblem } from '#lib/errors.ts'
import { withRequestId } from '../audit/request-id.ts'
import { type TaskInput, type TaskName, tasks } from './tasks.ts'

export interface Call<N extends TaskName = TaskName> {
  readonly name: N
  readonly input: TaskInput<N>
  /** of the request that waits for it */
  readonly requestId: string | null
}

/** Errors lose their class on the way; one that is for the caller goes as its parts. */
export type Outcome = { readonly answer: unknown } | { readonly refused: Refused }

interface Refused {
  readonly code: ErrorCode
  readonly message: string
  readonly fields: readonly FieldProblem[] | undefined
  readonly extra: Readonly<Record<string, unknown>> | undefined
  readonly retryAfter: number | undefined
}

export default async function runTask<N extends TaskName>({ name, input, requestId }: Call<N>): Promise<Outcome> {
  // safe: `input` belongs to this very name, which TypeScript cannot follow through the index
  const task = tasks[name] as (input: TaskInput<N>) => Promise<unknown>
  try {
    return { answer: await (requestId === null ? task(input) : withRequestId(requestId, () => task(input))) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, fields, extra, retryAfter } = error
    return { refused: { code, message, fields, extra, retryAfter } }
  }
}
