import type { Equivalents } from '../equivalent.ts'

/** Layouts and their rules. */
export const LAYOUTS: Equivalents = {
  'lib/in-toto/layout.ts': [
    {
      was: "if (value.get('_type') !== 'layout') readType(value, 'layout', '')",
      changes: ["if (true) readType(value, 'layout', '')"],
      why: 'a shorter way: it is asked there again',
    },
    {
      was: 'if (certificate !== undefined && more === undefined) return certificate',
      changes: ['if (true && more === undefined) return certificate'],
      why: 'text without a certificate is refused before: the condition is for the type',
    },
  ],
  'lib/in-toto/layout-strict.ts': [
    {
      was: 'if (other !== undefined && other !== name) {',
      changes: ['if (other !== undefined && true) {'],
      why: 'a layout with one name twice is refused before',
    },
    {
      was: "if (certificate.key?.keytype === 'ed25519' && /^[0-9a-fA-F]{64}$/.test(text)) {",
      changes: [
        "if (certificate.key?.keytype === 'ed25519' && /[0-9a-fA-F]{64}$/.test(text)) {",
        "if (certificate.key?.keytype === 'ed25519' && /^[0-9a-fA-F]{64}/.test(text)) {",
      ],
      why: 'what is longer is not the key in hex, and no PEM either',
    },
  ],
  'lib/in-toto/reader.ts': [
    {
      was: "if (value === null) return 'null'",
      changes: ["if (false) return 'null'"],
      why: 'as text it reads the same',
    },
  ],
  'lib/in-toto/rule.ts': [
    {
      was: "const sourceIn = lower[2] === 'in' && lower[4] === 'with'",
      changes: ["const sourceIn = lower[2] === 'in' && true"],
      why: 'the next token must be WITH in every form, and is asked for below',
    },
    {
      was: "const destinationIn = lower[rest + 2] === 'in' && lower[rest + 4] === 'from'",
      changes: ["const destinationIn = lower[rest + 2] === 'in' && true"],
      why: 'the next token must be FROM in every form, and is asked for below',
    },
    {
      was: `if (tokens.length !== 2 || pattern === undefined) throw ruleError(tokens, place, \`is "\${known} <pattern>"\`)`,
      changes: [`if (tokens.length !== 2 || false) throw ruleError(tokens, place, \`is "\${known} <pattern>"\`)`],
      why: 'of two tokens there is a second: the condition is for the type',
    },
    {
      was: 'const plain = tokens.every((token) => ONE_WORD.test(token))',
      changes: ['const plain = tokens.every(() => undefined)'],
      why: 'a shorter way: plain tokens are written as they are one by one, too',
    },
  ],
}
