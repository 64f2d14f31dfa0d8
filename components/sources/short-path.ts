/** A path for people: of the digests in it the beginning. */
export function shortPath(path: string): string {
  return path.replace(/(?<=sha\d{3}:[0-9a-f]{12})[0-9a-f]{20,}/g, '…')
}
