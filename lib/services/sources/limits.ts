/** How sources are synced. */
export const SYNC = {
  /** one run ends after this long and goes on behind the jobs that wait */
  sliceMs: 10_000,
  /** one request of a run may not hold it up longer */
  runMs: 120_000,
  /** entries that are written down at once, with the cursor after them */
  batchEntries: 500,
  /** entries that are fetched and then stored in one transaction */
  takeEntries: 100,
  takeBytes: 32 * 1024 * 1024,
  /** own documents that are sent before what became of them is written down */
  sendEntries: 50,
  /** a document that was refused so often is not sent again until somebody replays */
  sendAttempts: 5,
  /** own documents of a kind that a source takes none of, as far as they are counted */
  unfit: 10_000,
  parallelFetches: 4,
  /** nobody else syncs a source for this long after its worker was last heard of */
  leaseMs: 60_000,
  /** between two looks at a source that has caught up */
  pollMs: { directory: 30_000, archivista: 15_000, oci: 60_000 },
  /** between two whole passes over a source that tells what changed */
  sweepMs: 24 * 3_600_000,
  /** waiting after failures: doubled from the first to the last, with jitter */
  backoffMs: { first: 2_000, last: 10 * 60_000 },
  /** an entry that could not be fetched so often is put aside until somebody replays it */
  entryAttempts: 8,
  /** so many entries in a row that cannot be fetched mean that the source is in the way, not they */
  failuresInRow: 5,
} as const

/** How sources are asked about a digest. A person waits for the answer. */
export const ASK = {
  /** for one source to say what it has */
  listMs: 15_000,
  /** for the worker to bring in what was found, before the answer says that it is still coming */
  bringMs: 20_000,
  /** most of what one source has about a digest; the rest comes in with following */
  entries: 500,
  /** most entries of one source that an answer names */
  shown: 20,
  /** questions of one person, and of all, in a minute */
  perMinute: { person: 10, all: 60 },
} as const
