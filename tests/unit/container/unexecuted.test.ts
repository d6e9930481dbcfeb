// Why a program could not be executed, as its file shows: on real files, in a root that may be hostile.

import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { here } from '#ffi/perform/here.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import type { Scene } from '#src/container/scene.ts'
import { whyUnexecuted } from '#src/container/unexecuted.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
const root = join(dir, 'rootfs')

beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  mkdirSync(join(root, 'bin'), { recursive: true })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const uid = process.getuid?.() ?? 0
const gid = process.getgid?.() ?? 0

const scene = (change: Partial<Scene> = {}): Scene => ({
  root,
  bundle: dir,
  mounts: [],
  user: { uid: uid + 1, gids: [gid + 1], name: 'user 1000:1000', overrides: false },
  ...change,
})

const mount = (destination: string, source: string, ...options: string[]): Mount => ({
  destination,
  source,
  type: 'bind',
  options,
  uidMappings: [],
  gidMappings: [],
})

const put = (name: string, text: string, mode = 0o755) => {
  writeFileSync(join(root, name), text)
  chmodSync(join(root, name), mode)
}

const why = (errno: string, path = '/bin/tool', change?: Partial<Scene>) =>
  whyUnexecuted(here, scene(change), path, errno)?.reason

describe('a script', () => {
  test.each([
    ['#!/bin/none\n', 'its first line names the interpreter "/bin/none", which is not there'],
    ['#! /bin/none -x\n', 'its first line names the interpreter "/bin/none", which is not there'],
    ['#!/bin/sh\r\n', 'its first line ends with a carriage return, as Windows writes it, and there is no "/bin/sh\\r"'],
  ])('%j cannot be read by its interpreter', (text, reason) => {
    put('bin/tool', text)
    put('bin/sh', '')
    expect(why('ENOENT')).toBe(reason)
  })

  test('whose interpreter is there is not explained', () => {
    put('bin/tool', '#!/bin/sh\n')
    put('bin/sh', '\x7fELF')
    expect(why('ENOENT')).toBeUndefined()
  })

  test('whose interpreters lead in a circle ends', () => {
    put('bin/tool', '#!/bin/tool\n')
    expect(why('ENOENT')).toBeUndefined()
  })

  test('that is named by a link is found', () => {
    put('bin/real', '#!/bin/none\n')
    symlinkSync('/bin/real', join(root, 'bin/tool'))
    expect(why('ENOENT')).toContain('"/bin/none"')
  })

  test('on a mount is the one of the mount', () => {
    put('bin/tool', '#!/bin/covered\n')
    mkdirSync(join(dir, 'over'), { recursive: true })
    writeFileSync(join(dir, 'over/tool'), '#!/bin/mounted\n', { mode: 0o755 })
    expect(why('ENOENT', '/bin/tool', { mounts: [mount('/bin', 'over', 'rbind')] })).toContain('"/bin/mounted"')
    expect(why('ENOENT', '/bin/tool', { mounts: [mount('/bin/tool', 'over/tool', 'bind')] })).toContain('/bin/mounted')
  })

  test('on what was made for the container alone is not explained', () => {
    put('bin/tool', '#!/bin/covered\n')
    expect(why('ENOENT', '/bin/tool', { mounts: [{ ...mount('/bin', 'tmpfs'), type: 'tmpfs' }] })).toBeUndefined()
  })
})

describe('what is no program', () => {
  test.each([
    ['', 'it is empty'],
    ['echo\n', 'it is a text without a first line like "#!/bin/sh"'],
    ['\ufeff#!/bin/sh\n', 'it begins with a byte order mark, behind which the kernel sees no "#!"'],
    ['MZ\x90\0', 'it is a program for Windows'],
    ['a\0b', 'it is neither a program nor a script'],
  ])('%j is told', (text, reason) => {
    put('bin/tool', text)
    expect(why('ENOEXEC')).toBe(reason)
  })
})

describe('what may not be executed', () => {
  test('has its owner and mode told', () => {
    put('bin/tool', '', 0o700)
    expect(why('EACCES')).toBe(`user 1000:1000 may not execute it (owner ${uid}:${gid}, mode 0700)`)
  })

  test('by its owner, its group and others alike is judged by the bits of each', () => {
    put('bin/tool', '', 0o710)
    const user = { uid: uid + 1, gids: [gid], name: 'someone', overrides: false }
    expect(why('EACCES', '/bin/tool', { user })).toBeUndefined()
    expect(why('EACCES', '/bin/tool', { user: { ...user, gids: [gid + 1] } })).toContain('may not execute')
    expect(why('EACCES', '/bin/tool', { user: { ...user, gids: [], overrides: true } })).toBeUndefined()
  })

  test('lies in a directory that is closed', () => {
    put('bin/tool', '')
    chmodSync(join(root, 'bin'), 0o700)
    expect(why('EACCES')).toBe(`user 1000:1000 may not pass the directory "/bin" (owner ${uid}:${gid}, mode 0700)`)
  })

  test('lies on a mount with noexec', () => {
    mkdirSync(join(dir, 'tools'), { recursive: true })
    writeFileSync(join(dir, 'tools/tool'), '', { mode: 0o755 })
    chmodSync(dir, 0o755)
    const mounts = [mount('/bin', 'tools', 'bind', 'noexec')]
    expect(why('EACCES', '/bin/tool', { mounts })).toContain('mounts[0], "/bin", which has the option "noexec"')
  })
})

describe('a hostile root', () => {
  test('does not lead out of itself', () => {
    writeFileSync(join(dir, 'secret'), '#!/bin/secret\n', { mode: 0o755 })
    symlinkSync('../../secret', join(root, 'bin/tool'))
    expect(why('ENOENT')).toBe('it is not there')
  })

  test.each(['p', 'c 1 5'])('has no device or pipe of its opened (mknod %s)', (what) => {
    const made = uid === 0 || what === 'p'
    if (!made) return
    execFileSync('mknod', [join(root, 'bin/tool'), ...what.split(' ')])
    expect(why('ENOENT')).toBe('it is no plain file')
  })

  test('that is gone explains nothing', () => {
    expect(why('ENOENT', '/bin/tool', { root: join(dir, 'gone') })).toBeUndefined()
  })
})

test('an errno that no file explains is left alone', () => {
  expect(why('EPERM')).toBeUndefined()
})
