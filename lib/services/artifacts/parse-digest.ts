import { AppError } from '#lib/errors.ts'

export interface WrittenDigest {
  readonly algo: string
  /** lower-case hex */
  readonly digest: string
}

const byLength: ReadonlyMap<number, string> = new Map([
  [64, 'sha256'],
  [128, 'sha512'],
  [40, 'gitCommit'],
])

/**
 * A digest as people write it: `sha256:<hex>`, `sha512:<hex>`, `gitCommit:<hex>`, or the hex alone.
 * @throws AppError BAD_REQUEST where it is none
 */
export function parseDigest(written: string): WrittenDigest {
  const [, named, hexDigits] =
    /^(?:(sha256|sha512|gitCommit)[:-])?([0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})$/.exec(written.trim()) ?? []
  const algo = named ?? byLength.get(hexDigits?.length ?? 0)
  if (hexDigits === undefined || algo === undefined)
    throw new AppError(
      'BAD_REQUEST',
      `Expected a digest such as sha256:<64 hex digits>; found ${JSON.stringify(written.slice(0, 140))}. ` +
        'sha256sum FILE prints it.',
    )
  return { algo, digest: hexDigits.toLowerCase() }
}
