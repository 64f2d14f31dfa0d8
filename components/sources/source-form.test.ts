import { describe, expect, test } from 'vitest'
import { emptyFields, settingsOf } from './source-form.ts'

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
    })
  })

  test('claims nothing about folders unless it was said', () => {
    expect(settingsOf({ ...emptyFields, folder: '/x' }).settings).toMatchObject({ together: false })
  })

  test('names the field that is not as expected', () => {
    expect(settingsOf({ ...emptyFields, kind: 'archivista', url: 'ftp://x' }).faults).toHaveProperty('url')
    expect(settingsOf({ ...emptyFields, kind: 'archivista', url: 'https://x', secret: '../x' }).faults).toHaveProperty(
      'secret',
    )
    expect(settingsOf({ ...emptyFields, kind: 'oci', url: 'https://x' }).faults).toHaveProperty('repositories')
  })
})
