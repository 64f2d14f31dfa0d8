import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { announce, beginOf, leaveFolder, runningInstance, takeFolder } from './instance-lock.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const record = (pid: number, began: string | null = beginOf(pid)): void =>
  writeFileSync(join(folder, 'running.json'), JSON.stringify({ pid, began, url: 'http://127.0.0.1:3000' }))

test('the folder is taken, announced and left', () => {
  expect(takeFolder(folder)).toBeNull()
  announce(folder, 'http://127.0.0.1:3000')
  expect(runningInstance(folder)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:3000' })
  leaveFolder(folder)
  expect(runningInstance(folder)).toBeNull()
})

test('a folder in use is refused, with process and address', () => {
  record(process.pid)
  expect(() => takeFolder(folder)).toThrow(new RegExp(`process ${process.pid}, http://127.0.0.1:3000`))
})

test('the lock of a process that is gone is removed', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((done) => child.on('exit', done))
  record(child.pid ?? 0, '1')
  expect(takeFolder(folder)).toMatch(/ended without saying so/)
})

test('a pid that was given to another process meanwhile does not count', () => {
  record(process.pid, 'some other time')
  if (beginOf(process.pid) === null) return expect(() => takeFolder(folder)).toThrow()
  expect(takeFolder(folder)).toMatch(/ended without saying so/)
})

test('a lock that was cut off in the middle of writing is nobody', () => {
  writeFileSync(join(folder, 'running.json'), '{"pid": 1')
  expect(takeFolder(folder)).toMatch(/ended without saying so/)
})

test("leaving does not remove somebody else's lock", () => {
  record(process.ppid)
  leaveFolder(folder)
  expect(runningInstance(folder)).not.toBeNull()
})
