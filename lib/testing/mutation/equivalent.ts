export interface Equivalent {
  /** the line as it would read */
  readonly change: string
  /** why no test can notice it */
  readonly why: string
}

/** Changes that make no difference to anybody: by file. A run says which of them are no longer true. */
export const EQUIVALENT: Readonly<Record<string, readonly Equivalent[]>> = {}
