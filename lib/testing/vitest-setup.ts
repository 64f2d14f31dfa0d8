import type { TestProject } from 'vitest/node'
import { startBroker } from './database-broker.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    databaseBroker: string
  }
}

/** Called by vitest once per run; what it returns is called at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker()
  project.provide('databaseBroker', broker.socket)
  return broker.close
}
