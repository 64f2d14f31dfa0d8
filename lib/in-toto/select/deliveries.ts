import type { Delivery, SelectInput, Sighting } from './input.ts'

/** Deliveries that hold together, by id. */
export type Deliveries = ReadonlyMap<string, Delivery>

/**
 * Deliveries that hold together. A run label of one software and issuer names one run: it closes when its first attempt
 * does, and what comes under it later belongs to no delivery, or a label used for ever would make one run of many. An
 * attempt counts once.
 */
export function effectiveDeliveries(deliveries: readonly Delivery[]): Map<string, Delivery> {
  const runs = Map.groupBy(deliveries, runKey)
  const kept: [string, Delivery][] = []
  for (const delivery of deliveries) {
    const run = runs.get(runKey(delivery)) ?? [delivery]
    const first = run.reduce((a, b) => (b.openedAt < a.openedAt ? b : a))
    const again = run.some(({ attempt, openedAt }) => attempt === delivery.attempt && openedAt < delivery.openedAt)
    if (again || delivery.openedAt >= (first.closesAt ?? Number.POSITIVE_INFINITY)) continue
    kept.push([delivery.id, { ...delivery, closesAt: earlier(delivery.closesAt, first.closesAt) }])
  }
  return new Map(kept)
}

function runKey({ id, kind, softwareId, issuer, label }: Delivery): string {
  return JSON.stringify(kind === 'handed-over' ? [id] : [softwareId, issuer, label])
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

/** The attempts of a delivery's run up to itself, first to last; what was handed over is alone. */
export function attemptsUpTo(id: string, deliveries: Deliveries): Delivery[] {
  const own = deliveries.get(id)
  if (own === undefined) return []
  return [...deliveries.values()]
    .filter((other) => runKey(other) === runKey(own) && other.attempt <= own.attempt)
    .sort((a, b) => a.attempt - b.attempt)
}

/** The attempt itself and those after it: each of them holds what it pushed. */
export function attemptsFrom(id: string, deliveries: Deliveries): Delivery[] {
  const own = deliveries.get(id)
  if (own === undefined) return []
  return [...deliveries.values()].filter((other) => runKey(other) === runKey(own) && other.attempt >= own.attempt)
}

/** The delivery that a sighting belongs to; null where it belongs to none, or came after it closed. */
export function placeOf(sighting: Sighting, deliveries: Deliveries): Delivery | null {
  const delivery = sighting.deliveryId === null ? undefined : deliveries.get(sighting.deliveryId)
  if (delivery === undefined) return null
  return delivery.closesAt === null || sighting.at < delivery.closesAt ? delivery : null
}

/**
 * Where signed bytes are new: in the first delivery that brought them, unless they were seen before it opened (slack:
 * a source may be read a little earlier than the push). Two deliveries at the same time: in neither.
 */
export function freshDelivery(sightings: readonly Sighting[], deliveries: Deliveries, slack: number): string | null {
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

/**
 * Whether others pushed it for their software first. What came without a delivery may have been read from a source a
 * little before they pushed it.
 * @param all those that hold nothing together any more, too
 */
export function isForeign(
  sightings: readonly Sighting[],
  all: Deliveries,
  { softwareId, waiting }: Pick<SelectInput, 'softwareId' | 'waiting'>,
): boolean {
  let theirs = Number.POSITIVE_INFINITY
  let ours = Number.POSITIVE_INFINITY
  for (const { deliveryId, at } of sightings) {
    const delivery = deliveryId === null ? undefined : all.get(deliveryId)
    if (delivery === undefined) ours = Math.min(ours, at + waiting)
    else if (isOwn(delivery, softwareId)) ours = Math.min(ours, at)
    else theirs = Math.min(theirs, at)
  }
  return theirs <= ours && theirs !== Number.POSITIVE_INFINITY
}
