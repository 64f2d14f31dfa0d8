/** PostgreSQL's numbers of the element types, by the name in the cast. */
const types = { boolean: 16, bytea: 17, bigint: 20, int: 23, text: 25, timestamptz: 1184 } as const

export type ElementType = keyof typeof types

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(types, name)
}

/** Days and time of PostgreSQL begin at 2000-01-01. */
const epoch = Date.UTC(2000, 0, 1)
/** dimensions, whether there are nulls, element type, length, lower bound */
const header = 20

/**
 * A one-dimensional array as PostgreSQL sends and takes it in binary. As text, bytes would be written as twice as many
 * hexadecimal digits, every text would be quoted, and the server would have to take all of it apart again.
 * @returns null where a value is not of the type: then it goes the way of all others
 */
export function binaryArray(type: ElementType, values: readonly unknown[]): Buffer | null {
  let size = header
  let nulls = 0
  for (const value of values) {
    const length = value === null ? 0 : sizeOf(type, value)
    if (length < 0) return null
    if (value === null) nulls = 1
    size += 4 + length
  }
  const out = Buffer.allocUnsafe(size)
  out.writeInt32BE(1, 0)
  out.writeInt32BE(nulls, 4)
  out.writeInt32BE(types[type], 8)
  out.writeInt32BE(values.length, 12)
  out.writeInt32BE(1, 16)
  let at = header
  for (const value of values) {
    const length = value === null ? -1 : write(out, at + 4, value, type)
    out.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return out
}

/** -1: not of the type */
function sizeOf(type: ElementType, value: unknown): number {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? 1 : -1
    case 'bytea':
      return value instanceof Uint8Array ? value.length : -1
    case 'bigint':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? 8 : -1
    case 'int':
      return typeof value === 'number' && (value | 0) === value ? 4 : -1
    case 'text':
      return typeof value === 'string' ? Buffer.byteLength(value) : -1
    case 'timestamptz':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? 8 : -1
  }
}

/** Answers how many bytes it wrote; of what was said to be of the type. */
function write(out: Buffer, at: number, value: unknown, type: ElementType): number {
  if (typeof value === 'string') return out.write(value, at)
  if (value instanceof Uint8Array) {
    out.set(value, at)
    return value.length
  }
  if (typeof value === 'bigint') return out.writeBigInt64BE(value, at) - at
  if (typeof value === 'number') return out.writeInt32BE(value, at) - at
  if (typeof value === 'boolean') return out.writeUInt8(value ? 1 : 0, at) - at
  if (value instanceof Date) return out.writeBigInt64BE(BigInt(value.getTime() - epoch) * 1000n, at) - at
  throw new TypeError(`no ${type}: ${String(value)}`)
}
