import { linkDocument } from '../../lib/testing/authority/documents.ts'
import { metablock } from '../../lib/testing/authority/envelopes.ts'
import { makeKey } from '../../lib/testing/authority/keys.ts'

/** Signed links of a chain of many builds, from the one numbered `first` on: each takes two files of the one before it. */
export function documents(count: number, first = 0): Uint8Array[] {
  const signer = makeKey('bench')
  return Array.from({ length: count }, (_, index) => {
    const n = first + index
    const materials = {
      [`out/${n % 50}/app`]: `app ${n - 1}`,
      [`out/${n % 50}/lib`]: `lib ${n - 1}`,
      'src/main.c': `src ${n >> 3}`,
    }
    const products = { [`out/${n % 50}/app`]: `app ${n}`, [`out/${n % 50}/lib`]: `lib ${n}` }
    return metablock(linkDocument({ name: `step-${n % 20}`, materials, products }), [signer])
  })
}
