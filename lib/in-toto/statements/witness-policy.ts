import {
  decodeUtf8,
  FormatError,
  fromBase64,
  type JsonObject,
  type JsonValue,
  type Key,
  parsePublicKeyPem,
} from '#lib/crypto/index.ts'
import { openSignedJson, type SignedJson } from '../envelope.ts'
import { member, readArray, readObject, readString } from '../reader.ts'
import { mapOf, textOf } from './facts.ts'

export const WITNESS_POLICY = 'https://witness.testifysec.com/policy/v0.1'

/** What Witness asks of a step's evidence (go-witness policy/step.go). */
export interface WitnessStep {
  readonly name: string
  readonly functionaries: readonly WitnessFunctionary[]
  /** attestations that a collection must hold */
  readonly attestations: readonly {
    readonly type: string
    /** names of the Rego modules that judge it */
    readonly regoPolicies: readonly { readonly name: string; readonly module: string }[]
  }[]
  /** steps with which files must be shared */
  readonly artifactsFrom: readonly string[]
}

/** Who may sign: a key, or a certificate that fits all that is named here. */
export type WitnessFunctionary =
  | { readonly kind: 'key'; readonly keyid: string }
  | {
      readonly kind: 'certificate'
      readonly uris: readonly string[]
      readonly roots: readonly string[]
      /** what else the certificate must have, as `name: values` */
      readonly others: readonly string[]
    }

/** A Witness policy, as it is written: shown beside our verdicts, never judged as Witness would. */
export interface WitnessPolicy {
  readonly expires: string
  readonly keys: ReadonlyMap<string, Key>
  /** names of the roots and of the time stamp authorities; their certificates in PEM */
  readonly roots: ReadonlyMap<string, string>
  readonly timestampAuthorities: ReadonlyMap<string, string>
  readonly steps: readonly WitnessStep[]
  /**
   * Sentences about what it demands and this engine does not judge. Unless empty, no verdict of ours says that the
   * policy is met.
   */
  readonly notJudged: readonly string[]
}

export interface SignedWitnessPolicy extends SignedJson {
  readonly policy: WitnessPolicy
}

/**
 * Reads a signed Witness policy. Signatures are checked elsewhere (`verifyEnvelope`): keys in it carry no trust.
 * @throws FormatError with the place; UNSUPPORTED where it is no Witness policy
 */
export function parseWitnessPolicy(bytes: Uint8Array): SignedWitnessPolicy {
  const signed = openSignedJson(bytes, (type) => type === WITNESS_POLICY, `the payload type ${WITNESS_POLICY}`)
  return { ...signed, policy: readPolicy(signed.value) }
}

function readPolicy(value: JsonObject): WitnessPolicy {
  const written = readObject(value.get('steps') ?? new Map(), 'steps', 'MALFORMED')
  const steps = [...written].map(([name, step]) => readStep(name, step, member('steps', name)))
  const policy = {
    expires: readString(value.get('expires'), 'expires', 'MALFORMED'),
    keys: readKeys(value.get('publickeys')),
    roots: readRoots(value.get('roots'), 'roots'),
    timestampAuthorities: readRoots(value.get('timestampauthorities'), 'timestampauthorities'),
    steps,
  }
  return { ...policy, notJudged: demandsNotJudged(policy) }
}

function readStep(key: string, value: JsonValue, place: string): WitnessStep {
  const step = readObject(value, place, 'MALFORMED')
  const name = readString(step.get('name'), `${place}.name`, 'MALFORMED')
  if (name !== key) {
    const message = `The step under ${place} calls itself ${JSON.stringify(name)}; both must be the same.`
    throw new FormatError('MALFORMED', message, `${place}.name`)
  }
  const lists = (field: string) => readArray(step.get(field) ?? [], `${place}.${field}`, 'MALFORMED')
  return {
    name,
    functionaries: lists('functionaries').map((one, i) => readFunctionary(one, `${place}.functionaries[${i}]`)),
    attestations: lists('attestations').map((one, i) => readAttestation(one, `${place}.attestations[${i}]`)),
    artifactsFrom: lists('artifactsFrom').map((one, i) => readString(one, `${place}.artifactsFrom[${i}]`, 'MALFORMED')),
  }
}

/** By key where one is named, else by certificate; `type` is not asked, as in Witness. */
function readFunctionary(value: JsonValue, place: string): WitnessFunctionary {
  const object = readObject(value, place, 'MALFORMED')
  const keyid = textOf(object.get('publickeyid')) ?? ''
  if (keyid !== '') return { kind: 'key', keyid }
  const constraint = readObject(object.get('certConstraint'), `${place}.certConstraint`, 'MALFORMED')
  const list = (name: string) => texts(constraint.get(name))
  const others = ['commonname', 'dnsnames', 'emails', 'organizations']
    .map((name) => [name, list(name)] as const)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}: ${values.join(', ')}`)
  if (mapOf(constraint.get('extensions')).size > 0) others.push('extensions')
  return { kind: 'certificate', uris: list('uris'), roots: list('roots'), others }
}

function texts(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return Array.isArray(value) ? value.flatMap((item) => textOf(item) ?? []) : []
}

function readAttestation(value: JsonValue, place: string): WitnessStep['attestations'][number] {
  const object = readObject(value, place, 'MALFORMED')
  const modules = readArray(object.get('regopolicies') ?? [], `${place}.regopolicies`, 'MALFORMED')
  return {
    type: readString(object.get('type'), `${place}.type`, 'MALFORMED'),
    regoPolicies: modules.map((one, index) => {
      const at = `${place}.regopolicies[${index}]`
      const module = readObject(one, at, 'MALFORMED')
      const name = readString(module.get('name'), `${at}.name`, 'MALFORMED')
      return { name, module: readText(module.get('module'), `${at}.module`) }
    }),
  }
}

/** Text as base64, as Go writes bytes. */
function readText(value: JsonValue | undefined, place: string): string {
  const text = readString(value, place, 'MALFORMED')
  try {
    return decodeUtf8(fromBase64(text))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError('MALFORMED', `Expected text in base64 at ${place}.`, place)
  }
}

function readKeys(value: JsonValue | undefined): Map<string, Key> {
  const keys = new Map<string, Key>()
  for (const [keyid, one] of readObject(value ?? new Map(), 'publickeys', 'MALFORMED')) {
    const place = member('publickeys', keyid)
    const object = readObject(one, place, 'MALFORMED')
    try {
      keys.set(keyid, parsePublicKeyPem(readText(object.get('key'), `${place}.key`)))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw new FormatError(error.code, `The key at ${place} cannot be used: ${error.message}`, place)
    }
  }
  return keys
}

function readRoots(value: JsonValue | undefined, place: string): Map<string, string> {
  const roots = new Map<string, string>()
  for (const [name, one] of readObject(value ?? new Map(), place, 'MALFORMED')) {
    const at = member(place, name)
    roots.set(name, readText(readObject(one, at, 'MALFORMED').get('certificate'), `${at}.certificate`))
  }
  return roots
}

/** GHSA-rgp5-33mp-jhfm, GHSA-567m-4668-m656: what demands nothing is met by anything, which is no demand either. */
function demandsNotJudged(policy: Pick<WitnessPolicy, 'steps'>): string[] {
  if (policy.steps.length === 0) return ['The policy has no steps, so it demands nothing.']
  return policy.steps.flatMap(({ name, attestations, artifactsFrom, functionaries }) => [
    ...(attestations.length === 0 ? [`Step ${name} demands no attestation, so anything signed meets it.`] : []),
    ...(functionaries.length === 0 ? [`Step ${name} names nobody who may sign.`] : []),
    ...attestations.flatMap(({ type, regoPolicies }) =>
      regoPolicies.map(
        (rego) => `Step ${name} judges ${type} by the Rego module ${JSON.stringify(rego.name)}, which is not run here.`,
      ),
    ),
    ...attestations
      .filter(({ type }) => !/\/(material|product|command-run)\/v0\.1$/.test(type))
      .map(
        ({ type }) => `Step ${name} demands an attestation of the type ${type}, which no rule of a layout asks for.`,
      ),
    ...(artifactsFrom.length === 0
      ? []
      : [`Step ${name} must share files with ${artifactsFrom.join(', ')}; a layout says which by MATCH rules.`]),
    ...functionaries
      .filter(({ kind }) => kind === 'certificate')
      .map(() => `Step ${name} may be signed with certificates by the rules of Witness, which are not judged here.`),
  ])
}
