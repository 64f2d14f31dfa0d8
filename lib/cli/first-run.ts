import { z } from 'zod'
import { emailSchema, passwordSchema } from '#lib/contract/access.ts'
import { closeDatabase } from '#lib/db/client.ts'
import { makeSetupToken } from '#lib/services/access/first-run.ts'
import { setUpUnattended } from '#lib/services/access/set-up.ts'

// Called by `npm start` once the database is up to date: says, in one line of JSON, whether the first administrator
// was made from the environment, or with which token a person makes it.

const unattendedSchema = z.object({ email: emailSchema, password: passwordSchema })

function fromEnvironment(): z.output<typeof unattendedSchema> | null {
  const { WAYBILL_ADMIN_EMAIL: email, WAYBILL_ADMIN_PASSWORD: password } = process.env
  if (!email && !password) return null
  const parsed = unattendedSchema.safeParse({ email, password })
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((i) => `WAYBILL_ADMIN_${String(i.path[0]).toUpperCase()}: ${i.message}`)
  throw new Error(faults.join('; '))
}

async function main(): Promise<void> {
  const administrator = fromEnvironment()
  if (administrator !== null) {
    const made = await setUpUnattended({ ...administrator, name: administrator.email.split('@')[0] ?? 'Administrator' })
    if (made !== null) return print({ created: administrator.email })
  }
  print({ setupToken: await makeSetupToken() })
}

function print(answer: { created: string } | { setupToken: string | null }): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await closeDatabase()
}
