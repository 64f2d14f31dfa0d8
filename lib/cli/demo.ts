// `npm start -- --demo`: loads the demo into the database of DATABASE_URL and ends.
import { systemActor } from '../auth/actor.ts'
import { closeDatabase } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { loadDemo } from '../services/demo/load-demo.ts'

try {
  const { software } = await loadDemo(systemActor('start --demo'))
  console.log(`The demo is loaded: ${software.map(({ name }) => name).join(', ')}.`)
} catch (error) {
  // such as: it is loaded already
  console.error(error instanceof AppError ? error.message : error)
  process.exitCode = 1
} finally {
  await closeDatabase()
}
