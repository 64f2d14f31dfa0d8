import type { Cut } from '#lib/crypto/index.ts'

const WS = '[ \\t\\n\\r]*'
const PLAIN = '[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*'

/** A pattern for `Scan`: a blank stands for any JSON blanks, TEXT for the inside of a string without escapes. */
export function sticky(pattern: string): RegExp {
  return new RegExp(pattern.replaceAll(' ', WS).replaceAll('TEXT', PLAIN), 'y')
}

/** A place in a text. */
export class Scan {
  readonly text: string
  readonly cut: Cut
  at = 0

  /** @param cut copies of parts of the text, which do not keep all of it alive */
  constructor(text: string, cut: Cut | null) {
    this.text = text
    this.cut = cut ?? ((start, end) => text.slice(start, end))
  }

  /** A copy of what was found from `start` on. */
  copy(found: string, start: number): string {
    const at = this.text.indexOf(found, start)
    return this.cut(at, at + found.length)
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at = pattern.lastIndex
    return found
  }

  /** Passes over JSON's four blanks. */
  blanks(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at)
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return
      this.at++
    }
  }

  /** Passes over a pattern without keeping anything of it. */
  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.test(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }
}
