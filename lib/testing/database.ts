import { connect } from 'node:net'
import { afterAll, beforeAll, inject } from 'vitest'
import { z } from 'zod'
import { closeDatabase } from '../db/client.ts'

const answerSchema = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })])

function askBroker(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(inject('databaseBroker'))
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('end', () => {
      const answer = answerSchema.parse(JSON.parse(text))
      if ('url' in answer) resolve(answer.url)
      else reject(new Error(`no database for this test: ${answer.error}`))
    })
  })
}

/**
 * Gives the test file a fresh, migrated PostgreSQL database, which `db` and `pool` of lib/db then use. Call it once at
 * the top of the file.
 */
export function useDatabase(): void {
  beforeAll(async () => {
    process.env.DATABASE_URL = await askBroker()
  }, 60_000)
  afterAll(closeDatabase)
}

/** Address of the database of this test file; its user may make others on the same server. */
export function databaseUrl(): URL {
  return new URL(process.env.DATABASE_URL ?? '')
}
