import type { Explanation, FileComparison } from '#lib/contract/builds.ts'
import type { Digests, Report } from '#lib/in-toto/report.ts'

/** What one link (or several equal ones) recorded: ENGINE's `Link` is one. */
export interface RecordedFiles {
  readonly materials: ReadonlyMap<string, Digests>
  readonly products: ReadonlyMap<string, Digests>
}

/** A link that was not selected but is the nearest thing to one. It explains; it never helps towards allow. */
export interface Counterpart extends RecordedFiles {
  /** how people find it: `write-code's link of 12:03, run 4711` */
  readonly label: string
}

/**
 * What the report does not say but people want to know. Only facts: whatever is not known stays away, and the
 * sentences that need it stay away too.
 */
export interface ExplainContext {
  readonly software: { readonly slug: string; readonly name: string }
  readonly build: {
    /** for links and file names */
    readonly short: string
    /** run label or directory */
    readonly label: string
    readonly files: readonly { readonly path: string }[]
  }
  /** the layout version that was judged with; null where none is in force */
  readonly layout: { readonly versionId: string; readonly name: string; readonly number: number } | null
  /** what `waybill verify` has to be given besides, to judge the downloaded inputs as the binding does */
  readonly verifyOptions?: readonly string[]
  /** step name -> what its selected link recorded; gives the digests of files that are the same */
  readonly links?: ReadonlyMap<string, RecordedFiles>
  /** step name -> nearest link that was not selected */
  readonly counterparts?: ReadonlyMap<string, Counterpart>
  /** sha256 of an envelope -> RFC 3339, when it was received */
  readonly receivedAt?: ReadonlyMap<string, string>
  /** other builds and steps in which a digest was seen */
  readonly seen?: (digests: Digests) => FileComparison['seen']
  /** keyid or fingerprint -> name under which people know the key */
  readonly keyNames?: ReadonlyMap<string, string>
}

/** `null` stands for a build that is still being judged. */
export type Explain = (report: Report | null, context: ExplainContext) => Explanation
