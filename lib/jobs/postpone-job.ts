/** What a handler throws when its job cannot be done now through no fault of its own: it is done later, uncounted. */
export class PostponeJob extends Error {
  readonly seconds: number

  constructor(why: string, seconds: number, options?: ErrorOptions) {
    super(why, options)
    this.name = 'PostponeJob'
    this.seconds = seconds
  }
}
