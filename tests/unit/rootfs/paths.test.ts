// Paths that are hidden or protected, as calls.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { maskPaths, protectPaths, verifyHostNull } from '#src/rootfs/paths.ts'
import { recording, type Script } from '../recording.ts'

/** A container in which these paths are directories, and these are not there. */
function container({ directories = [], absent = [] }: { directories?: string[]; absent?: string[] }): Script {
  const label = (call: Call<unknown>) => /<(.*)>/.exec(call.show())?.[1] ?? ''
  return {
    openat2: (call: Call<unknown>) => (absent.includes(String(call.operands()[1])) ? { refused: 'ENOENT' } : undefined),
    fstat: (call: Call<unknown>) => ({ type: directories.includes(label(call)) ? 'directory' : 'file' }),
  }
}

function masked(script: Script, paths: readonly string[], label?: string): string[] {
  const { sys, calls } = recording(script)
  maskPaths(sys, sys(openat('cwd', '/root', ['PATH'])), paths, label)
  return calls().slice(1)
}

const attached = (calls: readonly string[]) => calls.filter((call) => /^(open_tree|move_mount)/.test(call))
const TO = 'F_EMPTY_PATH|T_EMPTY_PATH'

describe('a masked path', () => {
  test('is hidden behind a directory that has the label of the config', () => {
    const script = container({ directories: ['/proc/acpi'] })
    const contexts = (label?: string) =>
      masked(script, ['/proc/acpi'], label).filter((call) => call.includes('"context"'))
    expect(contexts('a:b:c')).toEqual(['fsconfig(<tmpfs>, SET_STRING, "context", "a:b:c")'])
    expect(contexts()).toEqual([])
  })

  test('is hidden behind the host’s null device', () => {
    expect(attached(masked(container({}), ['/proc/keys']))).toEqual([
      'open_tree(</dev/null>, "", CLONE|EMPTY_PATH)',
      `move_mount(</dev/null>, "", </proc/keys>, "", ${TO})`,
    ])
  })

  test('that is a directory is hidden behind an empty one that can hold nothing, and so are the others', () => {
    const calls = masked(container({ directories: ['/sys/firmware', '/proc/acpi'] }), ['/sys/firmware', '/proc/acpi'])
    expect(attached(calls)).toEqual([
      `move_mount(<tmpfs>, "", </sys/firmware>, "", ${TO})`,
      'open_tree(<tmpfs>, "", CLONE|EMPTY_PATH)',
      `move_mount(<tmpfs>, "", </proc/acpi>, "", ${TO})`,
    ])
    expect(calls).toContain('fsconfig(<tmpfs>, SET_FLAG, "ro")')
    expect(calls).toContain('fsconfig(<tmpfs>, SET_STRING, "nr_inodes", "1")')
  })

  test('that is not there is left out', () => {
    expect(attached(masked(container({ absent: ['/proc/keys'] }), ['/proc/keys']))).toEqual([])
  })

  test('is found inside the root', () => {
    expect(masked(container({}), ['/proc/keys'])).toContain('openat2(</root>, "/proc/keys", {PATH, RESOLVE_IN_ROOT})')
  })

  test('that cannot be hidden is an error that names it', () => {
    const { sys } = recording({ ...container({}), move_mount: { refused: 'EPERM' } })
    expect(() => maskPaths(sys, sys(openat('cwd', '/root', ['PATH'])), ['/proc/keys'])).toThrow(
      expect.objectContaining({ actions: ['hide linux.maskedPaths[0], "/proc/keys"'] }),
    )
  })

  test('where there is none, nothing is opened or made', () => {
    expect(masked({}, [])).toEqual([])
  })
})

describe('a read-only path', () => {
  test('is covered by a read-only copy of itself with all that is mounted below', () => {
    const { sys, calls } = recording()
    protectPaths(sys, sys(openat('cwd', '/root', ['PATH'])), ['/proc/sys'])
    expect(calls().slice(1)).toEqual([
      'openat2(</root>, "/proc/sys", {PATH, RESOLVE_IN_ROOT})',
      'open_tree(</proc/sys>, "", CLONE|RECURSIVE|EMPTY_PATH)',
      'mount_setattr(</proc/sys>, "", this, +RDONLY)',
      `move_mount(</proc/sys>, "", </proc/sys>, "", ${TO})`,
      'close(</proc/sys>)',
      'close(</proc/sys>)',
    ])
  })

  test('that is not there is left out', () => {
    const { sys, calls } = recording({ openat2: { refused: 'ENOENT' } })
    protectPaths(sys, sys(openat('cwd', '/root', ['PATH'])), ['/proc/sys', '/proc/bus'])
    expect(calls().slice(1)).toEqual([
      'openat2(</root>, "/proc/sys", {PATH, RESOLVE_IN_ROOT}) = ENOENT',
      'openat2(</root>, "/proc/bus", {PATH, RESOLVE_IN_ROOT}) = ENOENT',
    ])
  })
})

describe('the host’s /dev/null', () => {
  test('is trusted when it is the null device', () => {
    const { kernel } = recording({ fstat: { type: 'char', major: 1, minor: 3 } })
    expect(() => verifyHostNull(kernel.here)).not.toThrow()
  })

  test.each([
    ['file', 1, 3],
    ['char', 1, 5],
    ['char', 2, 3],
  ])('is refused when it is a %s %i:%i', (type, major, minor) => {
    const { kernel } = recording({ fstat: { type, major, minor } })
    expect(() => verifyHostNull(kernel.here)).toThrow('/dev/null of the host is not the null device')
  })
})
