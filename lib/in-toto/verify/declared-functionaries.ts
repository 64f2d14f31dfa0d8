import type { Functionary } from './input.ts'
import { everyNameOf } from './keyids.ts'
import type { Counted } from './step-evidence.ts'

/** How many different people signed, and whom a declaration made one. */
export interface Headcount {
  readonly people: number
  /** for people: who counts once though the layout knows several signers */
  readonly joined: readonly string[]
}

/**
 * Who is whom by declaration: a person who holds a key and an SVID is one functionary, however many a layout sees.
 * Consulted for counting only, so that a declaration can take a signature away from a threshold and never add one.
 */
export class DeclaredFunctionaries {
  readonly #declared: readonly Functionary[]
  /** the first of the functionaries with which this one shares a key or a SPIFFE ID */
  readonly #groups: readonly number[]

  constructor(declared: readonly Functionary[]) {
    this.#declared = declared
    this.#groups = groupsOf(declared)
  }

  /** The functionaries to whom a signature belongs by its key, the key's other names, or its workload. */
  of({ key, keyid, signer }: Counted): Functionary[] {
    return this.#indexesOf({ key, keyid, signer }).flatMap((index) => this.#declared[index] ?? [])
  }

  /** Distinct identities, those of one functionary counted once. */
  count(counted: readonly Counted[]): Headcount {
    if (this.#declared.length === 0)
      return { people: new Set(counted.map(({ identity }) => identity)).size, joined: [] }
    const group = new Map<string, string>()
    const nameOf = (mark: string): string => {
      const parent = group.get(mark) ?? mark
      return parent === mark ? mark : nameOf(parent)
    }
    for (const one of counted) {
      for (const index of this.#indexesOf(one)) {
        const functionary = `functionary ${this.#groups[index]}`
        group.set(nameOf(`person ${one.identity}`), nameOf(functionary))
      }
    }
    const people = Map.groupBy(counted, ({ identity }) => nameOf(`person ${identity}`))
    return { people: people.size, joined: [...people.values()].flatMap((same) => this.#told(same)) }
  }

  #indexesOf({ key, keyid, signer }: Pick<Counted, 'key' | 'keyid' | 'signer'>): number[] {
    if (this.#declared.length === 0) return []
    const ids = new Set([keyid, ...everyNameOf(key)])
    const workload = signer.certificate?.spiffeId ?? null
    return this.#declared.flatMap(({ keys, spiffeIds }, index) => {
      const isHis = keys.some((one) => ids.has(one)) || (workload !== null && spiffeIds.includes(workload))
      return isHis ? [index] : []
    })
  }

  #told(same: readonly Counted[]): string[] {
    if (new Set(same.map(({ identity }) => identity)).size < 2) return []
    const names = new Set(same.flatMap((one) => this.of(one).map(({ name }) => name)))
    return [`${[...new Set(same.map(credentialOf))].join(' and ')} are declared as one: ${[...names].join(', ')}.`]
  }
}

function credentialOf({ keyid, signer }: Counted): string {
  return signer.certificate?.spiffeId ?? `key ${keyid.slice(0, 8)}`
}

/** Declarations that share a key or a workload speak of the same person. */
function groupsOf(declared: readonly Functionary[]): number[] {
  const group = new Map<string, string>()
  const nameOf = (mark: string): string => {
    const parent = group.get(mark) ?? mark
    return parent === mark ? mark : nameOf(parent)
  }
  for (const [index, { keys, spiffeIds }] of declared.entries()) {
    for (const mark of [...keys.map((key) => `key ${key}`), ...spiffeIds.map((id) => `workload ${id}`)]) {
      group.set(nameOf(mark), nameOf(`functionary ${index}`))
    }
  }
  const names = declared.map((_, index) => nameOf(`functionary ${index}`))
  return names.map((name) => names.indexOf(name))
}
