/** Why an archive, or one file in it, is not taken: a stable code and a sentence. */
export interface ArchiveFault {
  readonly code: string
  readonly message: string
}

/** One file of an archive, or the reason why it is not taken. Folders are passed over. */
export type ArchiveEntry =
  | { readonly path: string; readonly bytes: Uint8Array; readonly fault: null }
  | { readonly path: string; readonly bytes: null; readonly fault: ArchiveFault }

/** The archive cannot be read (on): damaged, or beyond a limit. Entries that came before it stand. */
export class ArchiveError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ArchiveError'
    this.code = code
  }
}
