import { describe, expect, test } from 'vitest'
import { emptyFields, secretFolderOf, settingsOf } from './source-form.ts'

describe('the form of a new source', () => {
  test('says the settings of its kind, without the fields of others', () => {
    const filled = { ...emptyFields, folder: ' /srv/links ', together: true, url: 'https://a.example', secret: 'token' }
    expect(settingsOf(filled).settings).toEqual({ kind: 'directory', folder: '/srv/links', together: true })
    expect(settingsOf({ ...filled, kind: 'archivista' }).settings).toMatchObject({
      kind: 'archivista',
      url: 'https://a.example',
      secret: 'token',
      header: 'Authorization',
    })
    expect(
      settingsOf({ ...filled, kind: 'oci', repositories: 'pay/api,\n pay/web', secret: ' ' }).settings,
    ).toMatchObject({
      kind: 'oci',
      repositories: ['pay/api', 'pay/web'],
      secret: null,
      user: null,
      tokenServer: null,
      ca: null,
    })
    const whole = { repositories: 'pay/*', user: ' robot ', tokenServer: 'https://auth.example', ca: 'ca.pem' }
    expect(settingsOf({ ...filled, ...whole, kind: 'oci' }).settings).toMatchObject({
      repositories: ['pay/*'],
      user: 'robot',
      secret: 'token',
      tokenServer: 'https://auth.example',
      ca: 'ca.pem',
    })
  })

  test.each([
    ['', 'HOST'],
    ['registry', 'HOST'],
    [' https://registry.example:443/x ', 'registry.example'],
    ['http://127.0.0.1:5000', '127.0.0.1_5000'],
  ])('says where the secrets of %j are kept', (address, folder) => {
    expect(secretFolderOf(address)).toBe(folder)
  })

  test('claims nothing about folders unless it was said', () => {
    expect(settingsOf({ ...emptyFields, folder: '/x' }).settings).toMatchObject({ together: false })
  })

  test('names the field that is not as expected', () => {
    expect(settingsOf({ ...emptyFields, kind: 'archivista', url: 'ftp://x' }).faults).toHaveProperty('url')
    expect(settingsOf({ ...emptyFields, kind: 'archivista', url: 'https://x', secret: '../x' }).faults).toHaveProperty(
      'secret',
    )
    const registry = { ...emptyFields, kind: 'oci' as const, url: 'https://x' }
    expect(settingsOf(registry).faults).toEqual({
      repositories: 'expected at least one repository, such as payments/api',
    })
    for (const repositories of ['Pay/api', 'a//b', '../x', 'a/../b', '*/x', 'a*', '/a', 'a/', 'a:tag', 'https://x/a'])
      expect(settingsOf({ ...registry, repositories }).faults).toHaveProperty('repositories')
    for (const repositories of ['a', 'pay/api', 'a.b_c__d-e--f/g', '*', 'pay/*', 'a/b/c/*'])
      expect(settingsOf({ ...registry, repositories }).faults).toBeNull()
    expect(settingsOf(emptyFields).faults).toEqual({ folder: 'expected a folder, such as /srv/links' })
    expect(settingsOf({ ...registry, repositories: 'pay/api\nPay/api\n*/x' }).faults?.repositories).toMatch(
      /^Pay\/api: expected a repository/,
    )
    const archivista = { ...emptyFields, kind: 'archivista' as const, url: 'https://x' }
    expect(settingsOf({ ...archivista, headers: 'X-Team: key\nnonsense' }).faults?.headers).toMatch(
      /^nonsense: expected the name of a file/,
    )
    expect(settingsOf({ ...registry, repositories: 'a', user: 'a:b' }).faults).toHaveProperty('user')
    expect(settingsOf({ ...registry, repositories: 'a', tokenServer: 'auth' }).faults).toHaveProperty('tokenServer')
  })
})
