import { FORMS_IN_WORDS, parseForm, parseTimestamp, type StepForm, type StepForms } from '#lib/in-toto/index.ts'

export interface VerifyArguments {
  readonly layout: string
  readonly layoutKeys: readonly string[]
  readonly linkDir: string
  readonly at: number
  readonly params: string | null
  readonly intermediates: readonly string[]
  readonly trustBundles: string | null
  readonly timeProofs: string | null
  readonly functionaries?: string | null
  readonly revokedKeys?: string | null
  /** certificates of time stamp authorities' roots */
  readonly timestampRoots?: readonly string[]
  readonly forms?: StepForms
  readonly runInspections: string | null
  readonly profile: 'strict' | 'reference'
  readonly json: boolean
}

/** Wrong arguments or an unreadable file: exit 64, with a sentence that says what to do. */
export class UsageError extends Error {}

export const USAGE = `waybill verify: judges a supply chain against its in-toto layout

  waybill verify --layout FILE --layout-keys FILE... --link-dir DIR
                 [--at TIME] [--params FILE] [--intermediates PEM...]
                 [--trust-bundles FILE] [--time-proofs FILE] [--timestamp-roots PEM...]
                 [--form STEP=FORM...] [--functionaries FILE] [--revoked-keys FILE]
                 [--run-inspections DIR] [--profile strict|reference] [--json]

  --layout FILE           the signed layout (Metablock or DSSE)
  --layout-keys FILE...   public keys that must all have signed it: PEM, securesystemslib JSON, or a map of keyid to key
  --link-dir DIR          folder with STEP.KEYID8.link files; sublayouts have theirs in STEP.KEYID8/
  --at TIME               judge for this time, e.g. 2030-01-31T12:00:00Z (default: now)
  --params FILE           JSON object with values for {placeholders} of the layout
  --intermediates PEM...  certificates that help to build chains: in-toto-golang writes STEP-intermediate-N.cert.pem
                          beside the links
  --trust-bundles FILE    JSON list of SPIFFE bundles with the times from and until which they were in force:
                          [{"trust_domain": ..., "from": ..., "until": ..., "bundle": {"keys": [...]}}]
  --time-proofs FILE      JSON object of proofs that you vouch for, of when documents were signed or received, by sha256:
                          {"<sha256>": [{"kind": "timestamped" or "witnessed", "at": ..., "by": ...}]}
  --timestamp-roots PEM...
                          roots of the time stamp authorities whose tokens in signatures (RFC 3161) prove a time
  --form STEP=FORM...     in which form the evidence of a step comes, in .json files of the folder as well:
                          link (default), link-statement, witness-collection, test-result,
                          "slsa-provenance BUILDER BUILDTYPE", or "vsa VERIFIER POLICY [LEVEL]" for a verification
                          summary by that policy (both URIs, as it names them) that reaches e.g. SLSA_BUILD_LEVEL_2;
                          of a sublayout's step: OUTER/STEP=FORM
  --functionaries FILE    JSON list of people and workloads with every key and SPIFFE ID by which they sign; each counts
                          once for a threshold:
                          [{"name": ..., "keys": ["<keyid, fingerprint or PEM>"], "spiffe_ids": ["spiffe://..."]}]
  --revoked-keys FILE     JSON list of keys that count for nothing from a moment on; what is proven to be signed before stays:
                          [{"key": "<keyid, fingerprint or PEM>", "revoked_at": "2030-01-31T12:00:00Z"}]
  --run-inspections DIR   run the layout's inspection commands in DIR, the final product's folder
  --profile reference     answer as in-toto does, without this verifier's stricter checks
  --json                  print the report as JSON

  exit 0 allow, 1 deny, 2 cannot tell, 64 wrong usage`

const SINGLE = [
  '--layout',
  '--link-dir',
  '--at',
  '--params',
  '--trust-bundles',
  '--time-proofs',
  '--functionaries',
  '--revoked-keys',
  '--run-inspections',
  '--profile',
]
const SEVERAL = ['--layout-keys', '--intermediates', '--timestamp-roots', '--form']

/** Reads the command line. @throws UsageError */
export function parseArguments(argv: readonly string[], now: number): VerifyArguments {
  const values = new Map<string, string[]>()
  let json = false
  let flag: string | null = null
  for (const word of argv) {
    if (word === '--json') {
      json = true
      flag = null
    } else if (word.startsWith('--')) {
      const [name = '', value] = splitOnce(word)
      if (!SINGLE.includes(name) && !SEVERAL.includes(name)) throw new UsageError(`There is no option ${name}.`)
      if (SINGLE.includes(name) && values.has(name)) throw new UsageError(`${name} was given twice.`)
      values.set(name, [...(values.get(name) ?? []), ...(value === undefined ? [] : [value])])
      flag = value === undefined || SEVERAL.includes(name) ? name : null
    } else if (flag === null) {
      throw new UsageError(`${JSON.stringify(word)} belongs to no option.`)
    } else {
      values.get(flag)?.push(word)
      if (SINGLE.includes(flag)) flag = null
    }
  }
  for (const [name, given] of values) if (given.length === 0) throw new UsageError(`${name} needs a value.`)
  return checked(values, json, now)
}

function splitOnce(word: string): string[] {
  const at = word.indexOf('=')
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

function checked(values: ReadonlyMap<string, string[]>, json: boolean, now: number): VerifyArguments {
  const one = (name: string): string | null => values.get(name)?.[0] ?? null
  const needed = (name: string): string => {
    const value = one(name)
    if (value === null) throw new UsageError(`${name} is missing.`)
    return value
  }
  const profile = one('--profile') ?? 'strict'
  if (profile !== 'strict' && profile !== 'reference') {
    throw new UsageError(`--profile is strict or reference, not ${JSON.stringify(profile)}.`)
  }
  const layoutKeys = values.get('--layout-keys')
  if (layoutKeys === undefined) throw new UsageError('--layout-keys is missing.')
  return {
    layout: needed('--layout'),
    layoutKeys,
    linkDir: needed('--link-dir'),
    at: readTime(one('--at'), now),
    params: one('--params'),
    intermediates: values.get('--intermediates') ?? [],
    timestampRoots: values.get('--timestamp-roots') ?? [],
    forms: readForms(values.get('--form') ?? []),
    trustBundles: one('--trust-bundles'),
    timeProofs: one('--time-proofs'),
    functionaries: one('--functionaries'),
    revokedKeys: one('--revoked-keys'),
    runInspections: one('--run-inspections'),
    profile,
    json,
  }
}

function readForms(texts: readonly string[]): StepForms {
  const forms = new Map<string, StepForm>()
  for (const text of texts) {
    const [step = '', named = ''] = splitOnce(text)
    const form = parseForm(named)
    if (step === '' || form === null) {
      throw new UsageError(`--form takes STEP=FORM with ${FORMS_IN_WORDS}, not ${JSON.stringify(text)}.`)
    }
    if (forms.has(step)) throw new UsageError(`--form was given twice for ${step}: a step has one form.`)
    forms.set(step, form)
  }
  return forms
}

function readTime(text: string | null, now: number): number {
  if (text === null) return now
  const time = parseTimestamp(text)
  if (time === null) throw new UsageError(`--at takes a time like 2030-01-31T12:00:00Z, not ${JSON.stringify(text)}.`)
  return time
}
