// Symbolic links as sources and targets of bind mounts, as calls.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { linkOnHost, makeLink, placeUnfollowed } from '#src/rootfs/links.ts'
import { recording, type Script } from '../recording.ts'

function inRoot(
  act: (sys: ReturnType<typeof recording>['sys'], root: ReturnType<typeof open>) => void,
  script: Script = {},
) {
  const it = recording(script)
  act(it.sys, open(it.sys))
  return it.calls().filter((call) => /linkat|mkdirat|mknodat|BENEATH/.test(call))
}

const open = (sys: ReturnType<typeof recording>['sys']) => sys(openat('cwd', '/root', ['PATH']))

test('where a link of the host leads is read without following it', () => {
  const { kernel } = recording({ readlinkat: '/there' })
  expect(linkOnHost(kernel.here, '/link')).toBe('/there')
  const file = recording({ readlinkat: { refused: 'EINVAL' } })
  expect(linkOnHost(file.kernel.here, '/file')).toBeUndefined()
  const nothing = recording({ openat: { refused: 'ENOENT' } })
  expect(linkOnHost(nothing.kernel.here, '/absent')).toBeUndefined()
})

describe('a link that is made', () => {
  test('lies in a directory below the root', () => {
    const calls = inRoot((sys, root) => makeLink(sys, root, { path: '/etc/copy', target: '/there' }), {
      readlinkat: '/there',
    })
    expect(calls.filter((call) => call.startsWith('symlinkat'))).toEqual(['symlinkat("/there", </etc>, "copy")'])
  })

  test('takes the place of nothing else', () => {
    const make = (readlinkat: unknown) => () =>
      inRoot((sys, root) => makeLink(sys, root, { path: '/etc/copy', target: '/there' }), {
        symlinkat: { refused: 'EEXIST' },
        readlinkat,
      })
    expect(make('/there')).not.toThrow()
    expect(make('/elsewhere')).toThrow('"/etc/copy" of the container is there already and is no link to "/there"')
    expect(make({ refused: 'EINVAL' })).toThrow('is there already')
  })
})

test('a place is opened without following a link, and made where it is missing', () => {
  const place = (isDirectory: boolean) =>
    inRoot((sys, root) => void placeUnfollowed(sys, root, { path: '/near', isDirectory }))
  const opened = expect.stringContaining('"near", {PATH|NOFOLLOW, RESOLVE_BENEATH|RESOLVE_NO_MAGICLINKS}')
  expect(place(true)).toEqual([expect.stringContaining('"near", 0755'), opened])
  expect(place(false)).toEqual([expect.stringMatching(/^mknodat\(.*"near"/), opened])
})
