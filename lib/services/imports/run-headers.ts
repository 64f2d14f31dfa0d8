import { AppError } from '#lib/errors.ts'

export interface SaidRun {
  readonly software: string | null
  readonly run: string | null
  readonly attempt: number | null
}

/** The run that a push names, in its query or in headers (`Waybill-Run`, `Waybill-Attempt`, `Waybill-Software`). */
export function runHeaders(query: SaidRun, headers: Headers): SaidRun {
  return {
    software: one('software', query.software, headers.get('waybill-software')),
    run: one('run', query.run, headers.get('waybill-run')),
    attempt: one('attempt', query.attempt, attemptOf(headers.get('waybill-attempt'))),
  }
}

function attemptOf(text: string | null): number | null {
  if (text === null) return null
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new AppError(
    'BAD_REQUEST',
    `Expected Waybill-Attempt to be a whole number from 1; found ${JSON.stringify(text)}.`,
  )
}

function one<T>(name: string, inQuery: T | null, inHeader: T | null): T | null {
  if (inQuery !== null && inHeader !== null && inQuery !== inHeader)
    throw new AppError('BAD_REQUEST', `The query and the header Waybill-* give different values for ${name}. Send one.`)
  return inQuery ?? inHeader
}
