// /dev/console, as calls.

import { expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { bindConsole } from '#src/rootfs/console.ts'
import { recording } from '../recording.ts'

test('the terminal is mounted by its descriptor on a file that is made for it (CVE-2025-52565)', () => {
  const { sys, calls } = recording()
  const [root, terminal] = [sys(openat('cwd', '/root', ['PATH'])), sys(openat('cwd', '/pty', ['RDWR']))]
  bindConsole(sys, root, terminal)
  expect(calls().filter((call) => /^(mknodat|open_tree|move_mount)/.test(call))).toEqual([
    'mknodat(</dev>, "console", file 0644, 0)',
    'open_tree(</pty>, "", CLONE|EMPTY_PATH)',
    'move_mount(</pty>, "", </dev/console>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
  ])
})
