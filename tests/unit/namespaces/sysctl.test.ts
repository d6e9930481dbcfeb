// Kernel parameters: their paths, and how they are written.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { setSysctls, sysctlPath } from '#src/namespaces/sysctl.ts'
import { recording } from '../recording.ts'

describe('a name', () => {
  test.each([
    ['net.ipv4.ip_forward', 'net/ipv4/ip_forward'],
    ['net/ipv4/ip_forward', 'net/ipv4/ip_forward'],
    // An interface may have a dot in its name, and sysctl(8) writes a slash for it.
    ['net.ipv4.conf.eth0/100.forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
    ['net/ipv4/conf/eth0.100/forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
    ['single', 'single'],
  ])('%s is the file %s', (name, path) => {
    expect(sysctlPath(name)).toBe(path)
  })
})

function set(sysctl: Readonly<Record<string, string>>, script = {}): string[] {
  const { sys, calls } = recording(script)
  setSysctls(sys, sys(openat('cwd', '/own-proc', ['PATH'])), sysctl)
  return calls().slice(1)
}

describe('parameters', () => {
  test('are written below a procfs of our own, through no link and into no other mount (CVE-2025-52881)', () => {
    expect(set({ 'kernel.shmmni': '1', 'net.core.somaxconn': '2' })).toEqual([
      'openat2(</own-proc>, "sys/kernel/shmmni", {WRONLY, RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH|RESOLVE_NO_XDEV})',
      'write(<sys/kernel/shmmni>, "1")',
      'close(<sys/kernel/shmmni>)',
      'openat2(</own-proc>, "sys/net/core/somaxconn", {WRONLY, RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH|RESOLVE_NO_XDEV})',
      'write(<sys/net/core/somaxconn>, "2")',
      'close(<sys/net/core/somaxconn>)',
    ])
  })

  test('that cannot be written are an error with name and value', () => {
    expect(() => set({ 'kernel.shmmni': '-5' }, { write: { refused: 'EINVAL' } })).toThrow(
      expect.objectContaining({ actions: ['set linux.sysctl["kernel.shmmni"] to "-5"'], errno: 'EINVAL' }),
    )
  })

  test('where there are none, nothing is done', () => {
    expect(set({})).toEqual([])
  })
})
