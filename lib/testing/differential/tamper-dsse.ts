import { fromBase64, pae, toBase64, utf8 } from '#lib/crypto/index.ts'
import type { TestKey } from '../authority/keys.ts'
import type { Draft, DraftLink, Keys } from './chain.ts'
import type { Random } from './random.ts'
import type { Tampering } from './tamper.ts'

/** The members of a DSSE file; what is done to them keeps their order. */
interface Envelope {
  payload: string
  payloadType: string
  signatures: { keyid?: string; sig: string; [more: string]: unknown }[]
  [more: string]: unknown
}

type Change = (envelope: Envelope, signers: readonly TestKey[], random: Random, keys: Keys) => void

const TYPE = 'application/vnd.in-toto+json'

function rewritten(change: (envelope: Envelope) => void): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const envelope: Envelope = JSON.parse(new TextDecoder().decode(bytes))
    change(envelope)
    return utf8(JSON.stringify(envelope))
  }
}

const after = (one: DraftLink['after'], next: (bytes: Uint8Array) => Uint8Array) =>
  one === null ? next : (bytes: Uint8Array) => next(one(bytes))

/** Spoils one link's envelope, or the layout's: it becomes a DSSE envelope where it was none. */
function inEnvelope(name: string, change: Change, more: { readonly fatal?: boolean; readonly lax?: boolean } = {}) {
  const { fatal = false, lax = false } = more
  const link: Tampering = {
    name: `DSSE link: ${name}`,
    fatal: false,
    lax,
    apply: (draft, random, keys) => {
      if (draft.links.length === 0) return
      const one = random.pick(draft.links)
      one.dsse = true
      // whatever else spoils the file was written for the other kind of envelope
      one.after = rewritten((envelope) => change(envelope, one.signers, random, keys))
    },
  }
  const layout: Tampering = {
    name: `DSSE layout: ${name}`,
    fatal,
    lax,
    apply: (draft: Draft, random, keys) => {
      draft.dsse = true
      draft.layoutAfter = after(
        draft.layoutAfter,
        rewritten((envelope) => change(envelope, draft.layoutSigners, random, keys)),
      )
    },
  }
  return [link, layout]
}

/** Signs again, over whatever bytes. */
function signAgain(
  envelope: Envelope,
  signers: readonly TestKey[],
  message: (payload: Uint8Array) => Uint8Array,
): void {
  const payload = fromBase64(envelope.payload)
  envelope.signatures = signers.map((signer) => ({
    keyid: signer.keyid,
    sig: toBase64(signer.sign(message(payload))),
  }))
}

const text = (payload: string) => new TextDecoder().decode(fromBase64(payload))

/** What only a DSSE envelope can suffer. */
export const DSSE_TAMPERINGS: readonly Tampering[] = [
  inEnvelope(
    'another payload type, unsigned',
    (envelope) => {
      envelope.payloadType = 'application/vnd.in-toto.layout+json'
    },
    { fatal: true },
  ),
  inEnvelope(
    'another payload type, signed',
    (envelope, signers, random) => {
      const type = random.pick([
        'application/json',
        `${TYPE} `,
        TYPE.toUpperCase(),
        'text/plain',
        'application/vnd.in-tötö+json',
      ])
      envelope.payloadType = type
      signAgain(envelope, signers, (payload) => pae(type, payload))
    },
    { fatal: true },
  ),
  inEnvelope(
    'the payload signed, not its encoding',
    (envelope, signers) => {
      signAgain(envelope, signers, (payload) => payload)
    },
    { fatal: true },
  ),
  inEnvelope(
    'lengths left out of the encoding',
    (envelope, signers) => {
      signAgain(envelope, signers, (payload) => utf8(`DSSEv1 ${TYPE} ${new TextDecoder().decode(payload)}`))
    },
    { fatal: true },
  ),
  inEnvelope(
    'base64 text signed',
    (envelope, signers) => {
      signAgain(envelope, signers, () => pae(TYPE, utf8(envelope.payload)))
    },
    { fatal: true },
  ),
  inEnvelope(
    'another payload under the signatures',
    (envelope) => {
      const changed = text(envelope.payload).replace(/"readme":"|"stdout":"/, (found) => `${found}x`)
      envelope.payload = toBase64(utf8(changed === text(envelope.payload) ? `${changed} ` : changed))
    },
    { fatal: true },
  ),
  inEnvelope('blanks in the payload, signed', (envelope, signers) => {
    envelope.payload = toBase64(utf8(JSON.stringify(JSON.parse(text(envelope.payload)), null, 2)))
    signAgain(envelope, signers, (payload) => pae(TYPE, payload))
  }),
  inEnvelope(
    'a payload that is no JSON, signed',
    (envelope, signers) => {
      envelope.payload = toBase64(utf8(text(envelope.payload).slice(0, -1)))
      signAgain(envelope, signers, (payload) => pae(TYPE, payload))
    },
    { fatal: true },
  ),
  inEnvelope('a payload of another kind, signed', (envelope, signers, random) => {
    const type = random.pick(['link', 'layout', 'https://in-toto.io/Statement/v1', ''])
    const other = text(envelope.payload).replace(/"_type":"(link|layout)"/, (found, own) =>
      own === type ? found : `"_type":"${type}"`,
    )
    envelope.payload = toBase64(utf8(other))
    signAgain(envelope, signers, (payload) => pae(TYPE, payload))
  }),
  inEnvelope('one more member', (envelope) => {
    envelope.extra = 'x'
  }),
  inEnvelope('one more member in a signature', (envelope) => {
    for (const signature of envelope.signatures) signature.extra = 'x'
  }),
  inEnvelope('a signature by somebody else first', (envelope, _, random, keys) => {
    const payload = fromBase64(envelope.payload)
    const signer = random.pick(keys)
    envelope.signatures.unshift({ keyid: signer.keyid, sig: toBase64(signer.sign(pae(envelope.payloadType, payload))) })
  }),
  inEnvelope('a broken signature under the right name first', (envelope) => {
    const [first] = envelope.signatures
    if (first !== undefined) envelope.signatures.unshift({ ...first, sig: toBase64(new Uint8Array(64)) })
  }),
  inEnvelope('every signature twice', (envelope) => {
    envelope.signatures.push(...envelope.signatures)
  }),
  inEnvelope('keyids of others', (envelope, _, random, keys) => {
    for (const signature of envelope.signatures) signature.keyid = random.pick(keys).keyid
  }),
  inEnvelope('keyids in capitals', (envelope) => {
    for (const signature of envelope.signatures) signature.keyid = signature.keyid?.toUpperCase() ?? ''
  }),
  inEnvelope('keyids cut short', (envelope) => {
    for (const signature of envelope.signatures) signature.keyid = signature.keyid?.slice(0, 8) ?? ''
  }),
  inEnvelope(
    'empty keyids',
    (envelope) => {
      for (const signature of envelope.signatures) signature.keyid = ''
    },
    { lax: true },
  ),
  inEnvelope(
    'no keyids',
    (envelope) => {
      for (const signature of envelope.signatures) delete signature.keyid
    },
    { lax: true },
  ),
  inEnvelope(
    'signatures in hex',
    (envelope) => {
      for (const signature of envelope.signatures)
        signature.sig = Buffer.from(fromBase64(signature.sig)).toString('hex')
    },
    { fatal: true },
  ),
  inEnvelope(
    'no signatures',
    (envelope) => {
      envelope.signatures = []
    },
    { fatal: true },
  ),
  inEnvelope('blanks in the base64 of the payload', (envelope) => {
    envelope.payload = `${envelope.payload.slice(0, 8)}\n${envelope.payload.slice(8)}`
  }),
  inEnvelope('no padding of the payload', (envelope) => {
    envelope.payload = envelope.payload.replace(/=+$/, '')
  }),
  inEnvelope('a web alphabet', (envelope) => {
    for (const signature of envelope.signatures) signature.sig = signature.sig.replaceAll('+', '-').replaceAll('/', '_')
  }),
].flat()
