import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { decodeUtf8, pae, toHex, utf8 } from './index.ts'

const schema = z.array(z.object({ payloadType: z.string(), payload_utf8: z.string(), go_hex: z.string() }))

describeShared('pre-authentication encoding', 'vectors/functions/pae.json', (bytes) => {
  const cases = schema.parse(JSON.parse(bytes.toString()))

  test('has all its 3 cases', () => {
    expect(cases.length).toBe(3)
  })

  // counted in bytes; Python counts characters, which differs for ä
  test.each(cases)('of type "$payloadType"', ({ payloadType, payload_utf8: payload, go_hex: hex }) => {
    expect(toHex(pae(payloadType, utf8(payload)))).toBe(hex)
  })
})

const dsseSchema = z.object({
  spec_vector: z.object({
    envelope: z.object({ payload: z.string(), payloadType: z.string() }),
    pae: z.string(),
  }),
})

describeShared('the vector of the DSSE specification', 'corpus/dsse/dsse_cases.json', (bytes) => {
  const { spec_vector: vector } = dsseSchema.parse(JSON.parse(bytes.toString()))

  test('is encoded as printed there', () => {
    const payload = Buffer.from(vector.envelope.payload, 'base64')
    expect(decodeUtf8(pae(vector.envelope.payloadType, payload))).toBe(vector.pae)
  })
})
