/**
 * The bytes are not what they claim to be. Thrown by every parser of the pure modules.
 * `code` is stable, `place` is a JSON path or line:column, `message` is for people.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: string
  readonly place: string

  constructor(code: string, message: string, place = '') {
    super(message)
    this.code = code
    this.place = place
  }
}
