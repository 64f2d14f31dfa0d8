import { expect, test } from 'vitest'
import * as crypto from './index.ts'

test('the public face of lib/crypto is this list', () => {
  expect(Object.keys(crypto).sort()).toMatchInlineSnapshot(`
    [
      "FormatError",
      "JSON_LIMITS",
      "JsonFloat",
      "compareCodePoints",
      "concatBytes",
      "decodeUtf8",
      "detectPrivateKey",
      "encodeCanonicalJson",
      "equalBytes",
      "fromBase64",
      "fromHex",
      "isExpiredKey",
      "jsonKind",
      "jsonObject",
      "keyFromSpki",
      "keyObject",
      "keyidsOf",
      "legacyKeyid",
      "modernKeyid",
      "pae",
      "parseCertificate",
      "parseCertificates",
      "parseJson",
      "parseJsonText",
      "parseKeyObject",
      "parsePublicKeyFile",
      "parsePublicKeyPem",
      "printJson",
      "publicKeyFile",
      "readPem",
      "sha256",
      "toBase64",
      "toHex",
      "utf8",
      "writePem",
    ]
  `)
})
