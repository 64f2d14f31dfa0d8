/** Sizes beyond which a document is refused with LIMIT. */
export const LIMITS = {
  envelopeBytes: 64 * 1024 * 1024,
  signatures: 64,
  /** time stamp tokens of one signature; one is usual, what comes after is not read */
  timestamps: 8,
  /** of one link, materials and products together */
  artifacts: 200_000,
  /** of one statement */
  subjects: 100_000,
  steps: 200,
  rulesPerList: 1_000,
  sublayoutDepth: 8,
  /** names shown in a report's lists */
  shown: 100,
} as const
