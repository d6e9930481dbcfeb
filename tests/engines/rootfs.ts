// The root file system of every image of the engine tests, made on the spot: a busybox, users and groups, and a few
// files to stumble over. No registry takes part.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { makeRootfs } from '#tests/support/bundle.ts'
import { runProgram } from '#tests/support/spawn.ts'

const PASSWD = [
  'root:x:0:0:root:/root:/bin/sh',
  'alice:x:1001:1001:Alice:/home/alice:/bin/sh',
  'bob:x:1002:100:Bob:/home/bob:/bin/sh',
]
const GROUP = ['root:x:0:', 'users:x:100:bob', 'audio:x:29:alice', 'video:x:44:alice,bob', 'alice:x:1001:']

/** Makes the root file system below `dir` and packs it; gives the path of the tar. */
export async function packRootfs(dir: string): Promise<string> {
  const rootfs = join(dir, 'rootfs')
  const tar = join(dir, 'rootfs.tar')
  makeRootfs(rootfs)
  for (const path of ['home/alice', 'mnt', 'opt', 'srv']) mkdirSync(join(rootfs, path), { recursive: true })
  symlinkSync('../run', join(rootfs, 'var/run'))
  writeFileSync(join(rootfs, 'etc/passwd'), `${PASSWD.join('\n')}\n`)
  writeFileSync(join(rootfs, 'etc/group'), `${GROUP.join('\n')}\n`)
  writeFileSync(join(rootfs, 'bin/not-executable'), '#!/bin/sh\n', { mode: 0o644 })
  writeFileSync(join(rootfs, 'bin/not-a-program'), 'neither ELF nor script\n', { mode: 0o755 })
  writeFileSync(join(rootfs, 'bin/lost-interpreter'), '#!/bin/nothing\n', { mode: 0o755 })
  const { code, stderr } = await runProgram(dir, ['tar', '--directory', rootfs, '--create', '--file', tar, '.'])
  if (code !== 0) throw new Error(`Cannot pack the image: ${stderr}`)
  return tar
}
