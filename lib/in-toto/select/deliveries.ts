import type { Delivery, Sighting } from './input.ts'

/**
 * Deliveries that hold together. A run label of one software and issuer counts once: what comes under it after its
 * delivery closed belongs to no delivery, or a label used for ever would make one run of many.
 */
export function effectiveDeliveries(deliveries: readonly Delivery[]): Map<string, Delivery> {
  const opened = new Map<string, number>()
  for (const delivery of deliveries) {
    const key = labelKey(delivery)
    opened.set(key, Math.min(opened.get(key) ?? Number.POSITIVE_INFINITY, delivery.openedAt))
  }
  const kept = deliveries.filter(
    (delivery) => delivery.kind === 'handed-over' || opened.get(labelKey(delivery)) === delivery.openedAt,
  )
  return new Map(kept.map((delivery) => [delivery.id, delivery]))
}

function labelKey({ id, kind, softwareId, issuer, label, attempt }: Delivery): string {
  return JSON.stringify(kind === 'handed-over' ? [id] : [softwareId, issuer, label, attempt])
}

/** The delivery that a sighting belongs to; null where it belongs to none, or came after it closed. */
export function placeOf(sighting: Sighting, deliveries: ReadonlyMap<string, Delivery>): Delivery | null {
  const delivery = sighting.deliveryId === null ? undefined : deliveries.get(sighting.deliveryId)
  if (delivery === undefined) return null
  return delivery.closesAt === null || sighting.at < delivery.closesAt ? delivery : null
}

/**
 * Where signed bytes are new: in the first delivery that brought them, unless they were seen before it opened (slack:
 * a source may be read a little earlier than the push). Two deliveries at the same time: in neither.
 */
export function freshDelivery(
  sightings: readonly Sighting[],
  deliveries: ReadonlyMap<string, Delivery>,
  slack: number,
): string | null {
  let first: Delivery | null = null
  let since = Number.POSITIVE_INFINITY
  let tie = false
  for (const sighting of sightings) {
    const delivery = placeOf(sighting, deliveries)
    if (delivery === null || sighting.at > since) continue
    tie = sighting.at === since ? tie || delivery.id !== first?.id : false
    first = delivery
    since = sighting.at
  }
  if (first === null || tie) return null
  const earliest = first.openedAt - slack
  return sightings.some(({ at }) => at < earliest) ? null : first.id
}

/** Whether a delivery can hold a build of this software: nobody else's pushes do. */
export function isOwn(delivery: Delivery, softwareId: string): boolean {
  return delivery.kind === 'handed-over' || delivery.softwareId === softwareId
}
