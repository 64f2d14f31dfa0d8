/** Where to go after signing in: a path of this site, nothing else (`//evil.example` and `/\evil` lead elsewhere). */
export function safeReturn(asked: string | null): string {
  if (asked === null || !/^\/(?![/\\])/.test(asked)) return '/'
  try {
    const at = new URL(asked, 'http://waybill.invalid')
    if (at.origin !== 'http://waybill.invalid' || at.pathname === '/signin') return '/'
    return at.pathname + at.search + at.hash
  } catch {
    return '/'
  }
}
