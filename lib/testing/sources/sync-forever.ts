import { syncSource } from '#lib/services/sources/sync/sync-source.ts'

// A worker that syncs one source in short slices, for tests that kill it.

const [id] = process.argv.slice(2)
if (id === undefined) throw new Error('expected the id of a source')
for (;;) await syncSource(id, { sliceMs: 5 })
