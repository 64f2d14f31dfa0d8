import { type Import, importSchema } from '#lib/contract/evidence.ts'
import { ApiProblem, problemFrom } from './problem.ts'

const stopped = () => new ApiProblem(0, 'STOPPED', 'Stopped. What the server had confirmed before is kept.')
const unreachable = () =>
  new ApiProblem(0, 'UNREACHABLE', 'The connection broke while sending. Send again: what arrived is recognised.')

/**
 * Sends files with their paths as one import. `progress` gets bytes sent and in all: fetch cannot tell, so this is an
 * XMLHttpRequest.
 */
export function sendImport(
  title: string,
  files: readonly { path: string; file: Blob }[],
  progress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<Import> {
  const form = new FormData()
  for (const { path, file } of files) form.append('files', file, path)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/imports?title=${encodeURIComponent(title)}`)
    request.setRequestHeader('accept', 'application/json')
    request.upload.onprogress = (event) => progress(event.loaded, event.total)
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(stopped())
    request.onload = () => {
      const body = jsonOf(request.responseText)
      if (request.status < 200 || request.status >= 300) return reject(problemFrom(request.status, body))
      const answer = importSchema.safeParse(body)
      if (answer.success) resolve(answer.data)
      else reject(problemFrom(request.status, null))
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
