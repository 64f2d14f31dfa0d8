import { setTimeout as sleep } from 'node:timers/promises'
import { systemActor } from '#lib/auth/actor.ts'
import { jsonObject } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { createSource } from '#lib/services/sources/create.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { FakeArchivista } from '#lib/testing/sources/fake-archivista/fake-archivista.ts'
import { sha256Of } from '../checker/sha256-of.ts'
import { BadNetwork } from './bad-network.ts'

const signer = makeKey('archivista')

/** A fake Archivista behind a network that can be spoiled, and what was put into it. */
export class Archivista {
  readonly fake: FakeArchivista
  readonly proxy: BadNetwork
  readonly #inSources: string[]
  #count = 0

  private constructor(fake: FakeArchivista, proxy: BadNetwork, inSources: string[]) {
    this.fake = fake
    this.proxy = proxy
    this.#inSources = inSources
  }

  static async start(inSources: string[]): Promise<Archivista> {
    const fake = await FakeArchivista.start()
    return new Archivista(fake, await BadNetwork.before(fake.server.port), inSources)
  }

  async close(): Promise<void> {
    await this.proxy.close()
    await this.fake.close()
  }

  /** @param createdAt when it says that it came, where that is not now */
  add(count: number, createdAt?: string): void {
    for (let n = 0; n < count; n++) {
      const name = `artifact ${++this.#count}`
      const statement = jsonObject({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [jsonObject({ name, digest: jsonObject({ sha256: digestOf(name) }) })],
        predicateType: 'https://bank.example/scan/v1',
        predicate: jsonObject({ result: 'PASSED' }),
      })
      const bytes = dsse(statement, [signer])
      this.fake.add(bytes, createdAt)
      this.#inSources.push(sha256Of(bytes))
    }
  }

  async watch(): Promise<void> {
    if ((await db.source.count({ where: { name: 'archivista' } })) > 0) return
    const settings = {
      kind: 'archivista' as const,
      url: this.proxy.origin,
      secret: null,
      header: 'Authorization',
      headers: [],
      paths: 'v1' as const,
      send: false,
      ca: null,
      clientCertificate: null,
      clientKey: null,
    }
    await createSource(systemActor('faults'), { name: 'archivista', settings })
  }

  /** Nobody waits for the next look: what is due later is due now. */
  async lookAgain(): Promise<void> {
    await db.$executeRaw`UPDATE "Source" SET "nextAt" = now(), "failures" = 0 WHERE "name" = 'archivista'`
    await db.$executeRaw`UPDATE "SourceEntry" SET "retryAt" = NULL WHERE "state" = 'waiting'`
    await db.$executeRaw`
      UPDATE "Job" SET "runAt" = now() WHERE "name" = 'sync-source' AND "doneAt" IS NULL AND "leaseToken" IS NULL`
  }

  /** The night passes: a whole pass is due. */
  async night(): Promise<void> {
    await db.$executeRaw`UPDATE "Source" SET "sweptAt" = now() - interval '25 hours' WHERE "name" = 'archivista'`
    await this.lookAgain()
  }

  async row() {
    return db.source.findFirstOrThrow({ where: { name: 'archivista' } })
  }

  /** How many documents of its are stored. */
  async stored(): Promise<number> {
    const { id } = await this.row()
    return db.sourceEntry.count({ where: { sourceId: id, envelopeId: { not: null } } })
  }

  /** Until all that it was given is stored, or the time is over. */
  async caughtUp(limitMs = 60_000): Promise<boolean> {
    const until = Date.now() + limitMs
    for (;;) {
      if ((await this.stored()) >= this.#count) return true
      if (Date.now() > until) return false
      await this.lookAgain()
      await sleep(500)
    }
  }
}
