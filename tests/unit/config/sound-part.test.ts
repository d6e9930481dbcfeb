/** What is left of a document once the malformed parts are cut out. */

import { expect, test } from 'bun:test'
import { configSchema } from '#src/config/schema/config.ts'
import { soundPart } from '#src/config/sound-part.ts'
import { configText, type Change } from '#tests/support/config-text.ts'

const HARMLESS = new Map<string, unknown>([
  ['ociVersion', '1.0.0'],
  ['root', { path: 'rootfs' }],
  ['root.path', 'rootfs'],
])

const cut = (change: Change, harmless = HARMLESS) => soundPart(configSchema, JSON.parse(configText(change)), harmless)

test('a malformed field is cut and everything beside it stays', () => {
  const part = cut({ 'process.user.uid': -1, 'process.user.gid': 7, hostname: 3 })
  expect(part?.cuts).toEqual(['process.user.uid', 'hostname'])
  expect(part?.sound.process?.user).toEqual({ uid: 0, gid: 7, additionalGids: [] })
})

test('a list with a malformed entry is cut as a whole, once', () => {
  const part = cut({ 'linux.devices': [{ type: 'x' }, {}, 7], 'linux.cgroupsPath': '/kept' })
  expect(part?.cuts).toEqual(['linux.devices'])
  expect(part?.sound.linux.cgroupsPath).toBe('/kept')
})

test('an object that misses a required field is cut', () => {
  const part = cut({ 'linux.seccomp.defaultAction': 'x', 'linux.mountLabel': 'kept' })
  expect(part?.cuts).toEqual(['linux.seccomp.defaultAction', 'linux.seccomp'])
  expect(part?.sound.linux.mountLabel).toBe('kept')
})

test('a required field is replaced with a harmless value', () => {
  const part = cut({ ociVersion: undefined, 'root.path': 7, 'process.terminal': true })
  expect(part?.cuts).toEqual(['ociVersion', 'root.path'])
  expect(part?.sound).toMatchObject({ ociVersion: '1.0.0', root: { path: 'rootfs' }, process: { terminal: true } })
})

test('nothing is left of a document that cannot be mended', () => {
  expect(cut({ ociVersion: undefined }, new Map())).toBeUndefined()
  expect(soundPart(configSchema, 7, HARMLESS)).toBeUndefined()
})
