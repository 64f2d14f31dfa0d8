// Runs one fault in this process: node lib/cli/faults/one-fault.ts NUMBER OPTIONS, told by its parent.
import { z } from 'zod'
import { allFaults } from './all-faults.ts'
import { runFault } from './run-fault.ts'

const optionsSchema = z.object({
  kills: z.number().int().positive(),
  seed: z.number().int(),
  web: z.enum(['next', 'routes']),
  keep: z.boolean(),
})
const [number, options = '{}'] = process.argv.slice(2)
const fault = allFaults.find((one) => String(one.number) === number)
if (fault === undefined) throw new Error(`no fault has the number ${number}`)
const result = await runFault(fault, optionsSchema.parse(JSON.parse(options)), (text) => process.send?.({ text }))
process.send?.({ result }, () => process.exit(0))
