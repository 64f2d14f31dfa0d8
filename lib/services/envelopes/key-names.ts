import { db } from '#lib/db/client.ts'

/** A keyid is a label that anybody may write: the name says whose key goes by it, not who signed. */
export async function keyNames(keyids: string[]): Promise<Map<string, string>> {
  const keys = await db.publicKey.findMany({
    where: { keyids: { hasSome: keyids } },
    select: { keyids: true, name: true },
  })
  return new Map(keys.flatMap(({ keyids: all, name }) => all.map((keyid) => [keyid, name] as const)))
}
