/** Remembers what was made for a text; begins anew when it is full, so that strange input cannot fill the memory. */
export class Memo<T> {
  private readonly limit: number
  private readonly known = new Map<string, T>()

  constructor(limit: number) {
    this.limit = limit
  }

  /** What is known for the text, else what `make` makes of it; what it throws is not remembered. */
  get(text: string, make: () => T): T {
    const found = this.known.get(text)
    if (found !== undefined) return found
    const made = make()
    if (this.known.size >= this.limit) this.known.clear()
    this.known.set(text, made)
    return made
  }
}
