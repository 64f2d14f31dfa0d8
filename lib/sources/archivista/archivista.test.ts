import { afterEach, describe, test } from 'vitest'
import { archivistaSettingsSchema } from '#lib/contract/sources.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { connectorContract } from '#lib/testing/sources/connector-contract.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { RealArchivista } from '#lib/testing/sources/real-archivista.ts'
import { guardedFetch } from '../guarded-fetch/guarded-fetch.ts'
import { PUBLIC_ONLY, parseOrigins } from '../guarded-fetch/outbound-policy.ts'
import { archivistaKind } from './archivista.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const digestOf = (number: number) => String(number).padStart(64, '0')

function attestation(number: number): Uint8Array<ArrayBuffer> {
  const subject = [{ name: `file-${number}`, digest: { sha256: digestOf(number) } }]
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://x.example/v1' }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  return Uint8Array.from(
    Buffer.from(`{"payloadType":"application/vnd.in-toto+json", "payload":"${payload}","signatures":[]}\n`),
  )
}

function connect(origin: string) {
  const ports = {
    fetch: guardedFetch({ ...PUBLIC_ONLY, origins: parseOrigins(origin) }),
    credentials: { secret: async () => null },
    folders: [],
    now: () => new Date(),
  }
  return archivistaKind.open(archivistaSettingsSchema.parse({ url: origin }), ports)
}

connectorContract('the fake Archivista', async () => {
  const fake = await FakeArchivista.start()
  open.push(fake)
  return {
    open: async () => connect(fake.server.origin),
    put: async (_name, bytes) => fake.add(bytes),
    remove: async (key) => fake.remove(key),
    openUnreachable: async () => connect('http://127.0.0.1:1'),
    document: attestation,
    digestOf: (number) => ({ algo: 'sha256', digest: digestOf(number) }),
  }
})

if (isOnPath('archivista')) {
  useDatabase()
  connectorContract('archivista itself', async () => {
    const real = await RealArchivista.start()
    open.push(real)
    return {
      open: async () => connect(real.origin),
      put: async (_name, bytes) => real.upload(Uint8Array.from(bytes)),
      openUnreachable: async () => connect('http://127.0.0.1:1'),
      document: attestation,
      digestOf: (number) => ({ algo: 'sha256', digest: digestOf(number) }),
    }
  })
} else {
  describe('archivista itself, as every source', () => test.skip('needs archivista on PATH', () => undefined))
}
