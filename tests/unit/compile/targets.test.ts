// What can be asked for, and that nothing is built from a runtime that package-lock.json does not pin.

import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { hostTarget, pinned, TARGETS, targetsFrom, verifyArchive } from '#compile.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('targets are taken in the order in which they are named', () => {
  expect(targetsFrom(['linux-arm64', 'linux-amd64'])).toEqual(['linux-arm64', 'linux-amd64'])
})

test('"all" means every target', () => {
  expect(targetsFrom(['all'])).toHaveLength(Object.keys(TARGETS).length)
})

test('an unknown target is refused with those that exist', () => {
  expect(() => targetsFrom(['linux-riscv64'])).toThrow(
    'Cannot build "linux-riscv64": the targets are linux-amd64, linux-arm64, linux-amd64-musl, linux-arm64-musl and all',
  )
})

test('the host is one of the targets', () => {
  expect(Object.keys(TARGETS)).toContain(hostTarget())
})

test.each(Object.values(TARGETS))('$runtime is pinned in the version of the Bun that compiles', ({ runtime }) => {
  expect(pinned(runtime)).toMatchObject({ version: Bun.version, integrity: expect.stringMatching(/^sha512-/) })
})

test('a package that is not in the lockfile is refused', () => {
  expect(() => pinned('@oven/bun-plan9')).toThrow('Cannot find "@oven/bun-plan9" in package-lock.json')
})

const EMPTY_SHA512 = 'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=='

test('an archive with the pinned checksum is accepted', () => {
  const archive = join(dir, 'good.tgz')
  writeFileSync(archive, '')
  verifyArchive(archive, EMPTY_SHA512)
  expect(existsSync(archive)).toBe(true)
})

test('an archive with another checksum is refused and removed', () => {
  const archive = join(dir, 'bad.tgz')
  writeFileSync(archive, 'x')
  expect(() => verifyArchive(archive, EMPTY_SHA512)).toThrow(`Cannot trust "${archive}": its checksum is sha512-`)
  expect(existsSync(archive)).toBe(false)
})
