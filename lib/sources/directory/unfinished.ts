const text = new TextDecoder('latin1')

/** Whether the bytes read like the beginning of a document of which more is to come. */
export function looksUnfinished(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true
  const content = text.decode(bytes).trim()
  if (content.startsWith('{') || content.startsWith('[')) return !isJson(content) && !areJsonLines(content)
  const begun = content.match(/-----BEGIN [A-Z0-9 ]+-----/g)?.length ?? 0
  return begun > (content.match(/-----END [A-Z0-9 ]+-----/g)?.length ?? 0)
}

/** Latin-1 instead of UTF-8 is enough here: whether brackets and quotes are closed does not depend on it. */
function isJson(content: string): boolean {
  try {
    JSON.parse(content)
    return true
  } catch {
    return false
  }
}

function areJsonLines(content: string): boolean {
  const lines = content.split('\n')
  return lines.length > 1 && isJson(lines[0] ?? '') && isJson(lines.at(-1) ?? '')
}
