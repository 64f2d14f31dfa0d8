import {
  type JsonObject,
  type JsonValue,
  jsonObject,
  type Key,
  keyObject,
  sha256,
  toHex,
  utf8,
} from '#lib/crypto/index.ts'

/** path -> content; the authority records the sha256 of each content, as in-toto-run would. */
export type Files = Readonly<Record<string, string>>

export interface LinkSpec {
  readonly name: string
  readonly materials?: Files
  readonly products?: Files
  readonly command?: readonly string[]
  readonly returnValue?: number
  readonly stdout?: string
  readonly stderr?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface StepSpec {
  readonly name: string
  readonly keys: readonly Key[]
  readonly materials?: readonly string[]
  readonly products?: readonly string[]
  readonly command?: readonly string[]
  readonly threshold?: number
}

export interface LayoutSpec {
  readonly steps: readonly StepSpec[]
  readonly inspections?: readonly {
    name: string
    run: readonly string[]
    materials?: readonly string[]
    products?: readonly string[]
  }[]
  readonly expires: Date
  readonly readme?: string
}

/** sha256 of a text, lower-case hex. */
export function digestOf(content: string): string {
  return toHex(sha256(utf8(content)))
}

/** The link document (what is signed) for a step that turned `materials` into `products`. */
export function linkDocument(spec: LinkSpec): JsonObject {
  return jsonObject({
    _type: 'link',
    byproducts: jsonObject({
      'return-value': BigInt(spec.returnValue ?? 0),
      stderr: spec.stderr ?? '',
      stdout: spec.stdout ?? '',
    }),
    command: [...(spec.command ?? [])],
    environment: jsonObject({ ...spec.environment }),
    materials: recorded(spec.materials ?? {}),
    name: spec.name,
    products: recorded(spec.products ?? {}),
  })
}

/** The layout document. Rules are written as people write them: `MATCH dist/* WITH PRODUCTS FROM build`. */
export function layoutDocument(spec: LayoutSpec): JsonObject {
  const keys = new Map(spec.steps.flatMap((step) => step.keys).map((key) => [key.keyid, key]))
  return jsonObject({
    _type: 'layout',
    expires: spec.expires.toISOString().replace(/\.\d+Z$/, 'Z'),
    inspect: (spec.inspections ?? []).map((inspection) =>
      jsonObject({
        _type: 'inspection',
        expected_materials: rules(inspection.materials),
        expected_products: rules(inspection.products),
        name: inspection.name,
        run: [...inspection.run],
      }),
    ),
    keys: new Map(Array.from(keys, ([keyid, key]) => [keyid, keyObject(key, 'legacy')])),
    readme: spec.readme ?? '',
    steps: spec.steps.map(stepObject),
  })
}

function stepObject(step: StepSpec): JsonValue {
  return jsonObject({
    _type: 'step',
    expected_command: [...(step.command ?? [])],
    expected_materials: rules(step.materials),
    expected_products: rules(step.products),
    name: step.name,
    pubkeys: step.keys.map((key) => key.keyid),
    threshold: BigInt(step.threshold ?? 1),
  })
}

function rules(texts: readonly string[] = []): JsonValue {
  return texts.map((text) => text.split(' '))
}

function recorded(files: Files): JsonObject {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(entries.map(([path, content]) => [path, jsonObject({ sha256: digestOf(content) })]))
}
