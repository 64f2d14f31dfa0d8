import { expect, test } from 'vitest'
import { parseEnv } from './env.ts'

const good = { DATABASE_URL: 'postgresql://u:p@h/d', NEXTAUTH_SECRET: 'x'.repeat(32) }

test('what is needed is read, the rest has defaults', () => {
  expect(parseEnv(good)).toMatchObject({ databaseUrl: good.DATABASE_URL, publicUrl: null, trustProxy: false })
  expect(parseEnv({ ...good, WAYBILL_URL: 'https://w.example/' }).publicUrl).toBe('https://w.example')
})

test('sources may read the inbox only and reach nothing, unless the operator says more', () => {
  expect(parseEnv({ ...good, WAYBILL_DATA: '/data' })).toMatchObject({
    sourceFolders: ['/data/inbox'],
    sourceOrigins: [],
  })
  const said = {
    WAYBILL_SOURCE_FOLDERS: '/srv/links:/mnt/runs',
    WAYBILL_SOURCE_ORIGINS: 'https://Archivista.bank.example, http://10.1.2.3:8082',
  }
  expect(parseEnv({ ...good, ...said })).toMatchObject({
    sourceFolders: ['/srv/links', '/mnt/runs'],
    sourceOrigins: ['https://archivista.bank.example', 'http://10.1.2.3:8082'],
  })
  expect(parseEnv({ ...good, WAYBILL_SOURCE_FOLDERS: '' }).sourceFolders).toEqual([])
})

test.each([
  ['no database', { DATABASE_URL: undefined }, /DATABASE_URL/],
  ['another kind of database', { DATABASE_URL: 'mysql://h/d' }, /DATABASE_URL.*postgresql/],
  ['a short secret', { NEXTAUTH_SECRET: 'short' }, /NEXTAUTH_SECRET.*32/],
  ['an address that is none', { WAYBILL_URL: 'waybill' }, /WAYBILL_URL/],
  ['a server without its scheme', { WAYBILL_SOURCE_ORIGINS: 'a.example' }, /WAYBILL_SOURCE_ORIGINS.*https/],
  ['a server with a path', { WAYBILL_SOURCE_ORIGINS: 'https://a.example/v1' }, /WAYBILL_SOURCE_ORIGINS/],
  ['a folder without its whole path', { WAYBILL_SOURCE_FOLDERS: 'links' }, /WAYBILL_SOURCE_FOLDERS.*whole paths/],
  ['a proxy that is neither trusted nor not', { WAYBILL_TRUST_PROXY: 'yes' }, /WAYBILL_TRUST_PROXY/],
])('%s is refused by its name', (_what, change, words) => {
  expect(() => parseEnv({ ...good, ...change })).toThrow(words)
})

test('a refusal does not repeat what was given', () => {
  expect(() => parseEnv({ ...good, NEXTAUTH_SECRET: 'hunter2' })).toThrow(/^(?!.*hunter2)/)
})
