/** Signing with WebCrypto, in browsers and in Node. Keys stay where they are: nothing here sends or stores them. */
export type { PrivateKey } from './import-private-key.ts'
export { openPrivateKey } from './open-private-key.ts'
export type { PrivateKeyFault } from './private-key-error.ts'
export { PrivateKeyError } from './private-key-error.ts'
export type { EnvelopeSignature } from './sign-with.ts'
export { signDsse, signMetablock, signWith } from './sign-with.ts'
