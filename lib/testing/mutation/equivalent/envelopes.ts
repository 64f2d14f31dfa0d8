import type { Equivalents } from '../equivalent.ts'

/** Envelopes and what is in them. */
export const ENVELOPES: Equivalents = {
  'lib/in-toto/envelope.ts': [
    {
      was: 'if (bytes.length < QUICK_FROM || bytes.length > LIMITS.envelopeBytes) return openEnvelope(bytes, digest)',
      changes: [
        'if (bytes.length <= QUICK_FROM || bytes.length > LIMITS.envelopeBytes) return openEnvelope(bytes, digest)',
        'if (bytes.length < QUICK_FROM || bytes.length >= LIMITS.envelopeBytes) return openEnvelope(bytes, digest)',
      ],
      why: 'a shorter way: the slow reader reads the same, see quick-link.test.ts',
    },
    {
      was: 'const quick = text.length === bytes.length ? readQuickLink(bytes, text, digest, metablockSignatureOf, tables) : null',
      changes: ['const quick = true ? readQuickLink(bytes, text, digest, metablockSignatureOf, tables) : null'],
      why: 'the quick reader reads what is beyond ASCII the same, out of the text: being asked first, it need not be shown',
    },
    {
      was: "if (text.includes('-----BEGIN')) return text",
      changes: ['if (false) return text'],
      why: 'a shorter way: PEM has blanks, is no base64, and comes back as it is',
    },
  ],
  'lib/in-toto/link.ts': [
    {
      was: 'if (a === b) return true',
      changes: ['if (false) return true'],
      places: 2,
      why: 'a shorter way: what is the same object has the same members',
    },
    {
      was: "if (!(value instanceof Map)) readObject(value, place(), 'MALFORMED')",
      changes: ["if (true) readObject(value, place(), 'MALFORMED')"],
      why: 'an object is read as one: asking first saves the call',
    },
  ],
}
