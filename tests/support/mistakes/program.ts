// Programs that cannot be executed.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

const program = (...args: string[]) => ({ process: { args } })

/** Puts a file into the container, as the program that it is to execute. */
const tool =
  (content: string | Uint8Array, mode = 0o755) =>
  (box: Box) =>
    writeFileSync(`${box.rootfs}/bin/tool`, content, { mode })

const executing = (content: string | Uint8Array, mode?: number) => running(program('/bin/tool'), tool(content, mode))

/** ELF machines and classes (elf(5)) of which one is foreign everywhere. */
const FOREIGN = process.arch === 'x64' ? { machine: 183, name: 'AArch64' } : { machine: 62, name: 'x86-64' }

/** The first 64 bytes of an executable for another machine. */
function foreign(): Uint8Array {
  const header = new Uint8Array(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  new DataView(header.buffer).setUint16(16, 2, true)
  new DataView(header.buffer).setUint16(18, FOREIGN.machine, true)
  return header
}

export const PROGRAM_MISTAKES: readonly Mistake[] = [
  {
    title: 'The program is in no directory of PATH',
    provoke: running(program('no-such-program')),
    says: ['"no-such-program": executable file not found in $PATH', 'PATH is "/usr/local/sbin'],
  },
  {
    title: 'There is no PATH at all',
    provoke: running({ process: { args: ['no-such-program'], env: [] } }),
    says: ['executable file not found in $PATH', 'process.env has no PATH'],
  },
  {
    title: 'The program is not there',
    provoke: running(program('/opt/app/server')),
    says: ['"/opt/app/server": stat /opt/app/server: no such file or directory', 'one of the container'],
  },
  {
    title: 'The program is a directory',
    provoke: running(program('/etc')),
    says: ['"/etc": permission denied', 'directory'],
  },
  {
    title: 'The program lies below a file',
    provoke: running(program('/etc/passwd/server')),
    says: ['"/etc/passwd/server"', 'no such file or directory'],
  },
  {
    title: 'The program may not be executed',
    provoke: executing('#!/bin/sh\n', 0o644),
    says: ['"/bin/tool": permission denied', '0644', 'chmod +x'],
  },
  {
    title: 'The program may not be executed by this user',
    provoke: running({ process: { args: ['/bin/tool'], user: { uid: 1000, gid: 1000 } } }, tool('#!/bin/sh\n', 0o700)),
    says: ['"/bin/tool": permission denied', 'user 1000:1000', 'mode 0700', 'chmod'],
  },
  {
    title: 'The program lies in a directory that the user may not enter',
    provoke: running({ process: { args: ['/root/tool'], user: { uid: 1000, gid: 1000 } } }, (box) => {
      writeFileSync(`${box.rootfs}/root/tool`, '#!/bin/sh\n', { mode: 0o755 })
      chmodSync(`${box.rootfs}/root`, 0o700)
    }),
    says: ['"/root/tool": stat /root/tool: permission denied', 'chmod o+x'],
  },
  {
    title: 'The program lies on a mount with noexec',
    provoke: running(
      (box) => ({
        process: { args: ['/opt/tool'] },
        mounts: [
          ...DEFAULT_MOUNTS,
          { destination: '/opt', type: 'bind', source: box.path('tools'), options: ['bind', 'noexec'] },
        ],
      }),
      (box) => {
        mkdirSync(box.path('tools'))
        writeFileSync(box.path('tools', 'tool'), '#!/bin/sh\n', { mode: 0o755 })
      },
    ),
    says: ['"/opt/tool": permission denied', 'mounts[6], "/opt"', '"noexec"'],
  },
  {
    title: 'The program is for another processor',
    provoke: executing(foreign()),
    says: ['"/bin/tool": exec format error', `a program for ${FOREIGN.name}`, 'an image for this machine'],
    quoted: process.arch === 'x64',
  },
  {
    title: 'The program needs a loader that the image does not have',
    provoke: running(program('/bin/tool'), (box) => copyFileSync('/bin/true', `${box.rootfs}/bin/tool`)),
    says: ['"/bin/tool": no such file or directory', 'needs the loader "/', 'link it statically'],
    quoted: process.arch === 'x64',
  },
  {
    title: 'The interpreter of a script is not there',
    provoke: executing('#!/usr/bin/python3 -u\n'),
    says: ['"/bin/tool": no such file or directory', '"/usr/bin/python3"'],
  },
  {
    title: 'The script has line ends of Windows',
    provoke: executing('#!/bin/sh\r\necho hello\r\n'),
    says: ['"/bin/tool": no such file or directory', 'carriage return', '"/bin/sh\\r"', "sed -i 's/\\r$//'"],
  },
  {
    title: 'The script has no first line that says what reads it',
    provoke: executing('echo hello\n'),
    says: ['"/bin/tool": exec format error', '"#!/bin/sh"'],
  },
  {
    title: 'The script begins with a byte order mark',
    provoke: executing('\ufeff#!/bin/sh\necho hello\n'),
    says: ['"/bin/tool": exec format error', 'byte order mark'],
  },
  {
    title: 'The program is an empty file',
    provoke: executing(''),
    says: ['"/bin/tool": exec format error: it is empty'],
  },
  {
    title: 'The interpreter of a script may not be executed',
    provoke: executing('#!/etc/passwd\n'),
    says: ['"/bin/tool": permission denied', '"/etc/passwd"', 'chmod'],
  },
  {
    title: 'The interpreter of a script is a script that has none',
    provoke: running(program('/bin/tool'), (box) => {
      tool('#!/bin/outer\n')(box)
      writeFileSync(`${box.rootfs}/bin/outer`, '#!/bin/inner\n', { mode: 0o755 })
    }),
    says: ['"/bin/tool": no such file or directory', '"/bin/outer"', '"/bin/inner"'],
  },
  {
    title: 'The arguments and the environment are too long',
    provoke: running({ process: { env: ['PATH=/bin', `LONG=${'x'.repeat(140_000)}`] } }),
    says: ['argument list too long', '128 KiB'],
  },
  {
    title: 'The working directory is a file',
    provoke: running({ process: { cwd: '/etc/passwd' } }),
    says: ['"/etc/passwd"', 'ENOTDIR', 'process.cwd must be a directory'],
  },
  {
    title: 'exec names a program that is not there',
    provoke: async (box) => {
      await box.running()
      return box.exec(['no-such-program'])
    },
    code: 255,
    keeps: true,
    says: ['Cannot execute in container', 'executable file not found in $PATH'],
  },
  {
    title: 'exec names a working directory that is not there',
    provoke: async (box) => {
      await box.running()
      return box.exec(['true'], ['--cwd', '/no/such'])
    },
    code: 255,
    keeps: true,
    says: ['the working directory "/no/such"', 'no such file or directory', '--cwd'],
  },
]
