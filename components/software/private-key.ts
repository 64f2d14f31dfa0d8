/** What kind of private key a text or file is, or null. The check's code comes with its first use. */
export async function privateKeyIn(given: string | Uint8Array): Promise<string | null> {
  const { detectPrivateKey } = await import('#lib/crypto/index.ts')
  return detectPrivateKey(typeof given === 'string' ? new TextEncoder().encode(given) : given)
}
