import { type JsonObject, jsonObject } from '#lib/crypto/index.ts'

export interface SummarySpec {
  /** what was verified: name and sha256 */
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[]
  /** as the verifier names himself */
  readonly verifier: string
  readonly result: 'PASSED' | 'FAILED'
  readonly at: Date
  readonly policy?: { readonly uri: string; readonly sha256?: string }
  readonly resource?: string
  readonly levels?: readonly string[]
}

/** A SLSA verification summary as a statement, ready to be signed (slsa.dev/spec/v1.0/verification_summary). */
export function summaryDocument(spec: SummarySpec): JsonObject {
  const { policy = { uri: 'https://bank.example/policies/release' } } = spec
  return jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: spec.subjects.map(({ name, sha256 }) => jsonObject({ name, digest: jsonObject({ sha256 }) })),
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: jsonObject({
      verifier: jsonObject({ id: spec.verifier }),
      timeVerified: spec.at.toISOString(),
      resourceUri: spec.resource ?? `artifact:${spec.subjects[0]?.name ?? ''}`,
      policy: jsonObject({
        uri: policy.uri,
        ...(policy.sha256 === undefined ? {} : { digest: jsonObject({ sha256: policy.sha256 }) }),
      }),
      inputAttestations: [],
      verificationResult: spec.result,
      verifiedLevels: [...(spec.levels ?? (spec.result === 'PASSED' ? ['SLSA_BUILD_LEVEL_2'] : ['FAILED']))],
    }),
  })
}
