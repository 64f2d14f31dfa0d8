import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'

interface Named {
  readonly objectType: string
  readonly objectId: string
  readonly detail: Prisma.JsonValue
}

type Names = ReadonlyMap<string, string>
type Look = (ids: string[]) => Promise<readonly { readonly id: string; readonly name: string }[]>

const NAME = { id: true, name: true } as const
const LAYOUT = { ...NAME, software: { select: { name: true } } } as const

/** Most layouts are called alike: whose it is tells them apart. */
const ofSoftware = (name: string, software: { readonly name: string } | null) =>
  software === null ? name : `${name} of ${software.name}`

/** Where the name of an object stands. What is not here is called by its id, or by what its act noted. */
const LOOKS: Readonly<Record<string, Look>> = {
  software: (ids) => db.software.findMany({ where: { id: { in: ids } }, select: NAME }),
  'layout-draft': async (ids) => {
    const rows = await db.layoutDraft.findMany({ where: { id: { in: ids } }, select: LAYOUT })
    return rows.map(({ id, name, software }) => ({ id, name: ofSoftware(name, software) }))
  },
  'layout-version': async (ids) => {
    const rows = await db.layoutVersion.findMany({ where: { id: { in: ids } }, select: { ...LAYOUT, number: true } })
    return rows.map(({ id, name, number, software }) => ({ id, name: ofSoftware(`${name} v${number}`, software) }))
  },
  source: (ids) => db.source.findMany({ where: { id: { in: ids } }, select: NAME }),
  user: (ids) => db.user.findMany({ where: { id: { in: ids } }, select: NAME }),
  token: (ids) => db.apiToken.findMany({ where: { id: { in: ids } }, select: NAME }),
  verifier: (ids) => db.verifier.findMany({ where: { id: { in: ids } }, select: NAME }),
  functionary: (ids) => db.functionary.findMany({ where: { id: { in: ids } }, select: NAME }),
  session: async (ids) => {
    const rows = await db.session.findMany({ where: { id: { in: ids } }, include: { user: { select: NAME } } })
    return rows.map(({ id, user }) => ({ id, name: `of ${user.name}` }))
  },
  build: async (ids) => {
    const rows = await db.build.findMany({
      where: { id: { in: ids } },
      select: { id: true, label: true, short: true, software: { select: NAME } },
    })
    return rows.map(({ id, label, short, software }) => ({ id, name: `${software.name} ${label || short}` }))
  },
  import: async (ids) => {
    const rows = await db.import.findMany({ where: { id: { in: ids } }, select: { id: true, title: true } })
    return rows.map(({ id, title }) => ({ id, name: title }))
  },
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * What people call the objects of acts: the name of today, else (removed since) the one that was noted with the act.
 * One statement for each kind of object.
 * @returns the name of an act's object, null where it has none but its id
 */
export async function nameObjects(acts: readonly Named[]): Promise<(act: Named) => string | null> {
  const kinds = Map.groupBy(acts, ({ objectType }) => objectType)
  const found = await Promise.all(
    [...kinds].map(async ([kind, of]): Promise<[string, Names]> => {
      const ids = [...new Set(of.map(({ objectId }) => objectId))].filter((id) => UUID.test(id))
      const rows = ids.length === 0 ? [] : await LOOKS[kind]?.(ids)
      return [kind, new Map(rows?.map(({ id, name }) => [id, name]))]
    }),
  )
  const names = new Map(found)
  return ({ objectType, objectId, detail }) =>
    names.get(objectType)?.get(objectId) ?? (UUID.test(objectId) ? notedName(detail) : null)
}

function notedName(detail: Prisma.JsonValue): string | null {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null
  const { name, email } = detail
  return [name, email].find((text) => typeof text === 'string' && text !== '')?.toString() ?? null
}
