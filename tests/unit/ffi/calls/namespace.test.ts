// Namespaces and roots as registers, and where this process is.

import { expect, test } from 'bun:test'

import { chdir, chroot, fchdir, getcwd, setdomainname, sethostname, setns, unshare } from '#ffi/calls/namespace.ts'
import { openat } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

test('flags are those of clone(2)', () => {
  const all = ['NEWNS', 'NEWCGROUP', 'NEWUTS', 'NEWIPC', 'NEWUSER', 'NEWPID', 'NEWNET', 'NEWTIME'] as const
  expect(encoded(unshare(all)).args[0]).toBe(0x7e02_0080n)
  expect(unshare(['NEWNS', 'NEWPID']).show()).toBe('unshare(NEWNS|NEWPID)')
  const call = setns(pretendedOwner().open('net', 4), ['NEWNET'])
  expect(encoded(call).args.slice(0, 2)).toEqual([4n, 0x4000_0000n])
})

test('calls that change one thread alone are for tasks', () => {
  const fd = pretendedOwner().open('ns', 4)
  expect([unshare([]), setns(fd, []), chroot('/')].map(({ where }) => where)).toEqual(['task', 'task', 'task'])
})

test('names have a length and no NUL', () => {
  const { args, bytes } = encoded(sethostname('bünc'))
  expect([args[1], new TextDecoder().decode(bytes(0, 5))]).toEqual([5n, 'bünc'])
  expect([sethostname('a').show(), setdomainname('b').show()]).toEqual(['sethostname("a")', 'setdomainname("b")'])
})

test('the current directory is where Node says it is, before and after a change', () => {
  const before = here(getcwd())
  expect(before).toBe(process.cwd())
  using back = here(openat('cwd', '.', ['PATH', 'DIRECTORY']))
  here(chdir('/proc'))
  expect(here(getcwd())).toBe('/proc')
  here(fchdir(back))
  expect(here(getcwd())).toBe(before)
  expect(getcwd().result.show('/a b')).toBe('"/a b"')
})
