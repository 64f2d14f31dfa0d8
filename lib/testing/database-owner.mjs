// What `npm start` does about the database, as a process that a test can kill: starts it, says where, waits.
import { startDatabase } from '../cli/embedded-database.mjs'
import { secretsOf } from '../cli/folders.mjs'

const folder = process.argv[2]
const said = []
try {
  const server = await startDatabase({ folder, secrets: secretsOf(folder), say: (text) => said.push(text) })
  process.send({ url: server.url, said })
  process.on('message', async (message) => {
    if (message !== 'stop') return
    await server.stop()
    process.exit(0)
  })
} catch (error) {
  process.send({ error: error.message })
  process.exit(1)
}
