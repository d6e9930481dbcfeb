// The environment of a process: duplicates, HOME, and an /etc/passwd that an image has prepared.

import { describe, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'

import { mknodat, openat } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { homeIn, readPasswd, valueOf, withHome, withoutDuplicates } from '#src/process/env.ts'
import { scratch } from '../ffi/scratch.ts'

const PASSWD = [
  'root:x:0:0:root:/root:/bin/sh',
  '1000:x:42:42::/home/named-like-a-number:',
  'web:x:1000:1000::/srv/web:/bin/sh',
  'again:x:1000:1000::/srv/other:/bin/sh',
  'homeless:x:7:7:::/bin/sh',
  'broken',
  '',
].join('\n')

describe('duplicates', () => {
  test('leave the last value where the first one stood', () => {
    expect(withoutDuplicates(['A=1', 'B=2', 'A=3'])).toEqual(['A=3', 'B=2'])
  })

  test('are told apart by the whole name, and values may contain equals signs', () => {
    expect(withoutDuplicates(['A=1=2', 'AB=3', 'A=', 'a=5'])).toEqual(['A=', 'AB=3', 'a=5'])
  })
})

describe('a value', () => {
  test('is the last one of its name', () => {
    expect(valueOf(['PATH=/a', 'PATHS=/b', 'PATH=/c=d'], 'PATH')).toBe('/c=d')
  })

  test('can be empty, and can be missing', () => {
    expect([valueOf(['A='], 'A'), valueOf(['AB=1'], 'A')]).toEqual(['', undefined])
  })
})

describe('a home', () => {
  test('is that of the first user with the number', () => {
    expect([homeIn(PASSWD, 0), homeIn(PASSWD, 1000)]).toEqual(['/root', '/srv/web'])
  })

  test('is not that of a user who is named like the number (CVE-2016-3697)', () => {
    expect(homeIn('1000:x:0:0::/root:/bin/sh', 1000)).toBeUndefined()
  })

  test('that is empty, or stands nowhere, is none', () => {
    expect([homeIn(PASSWD, 7), homeIn(PASSWD, 8), homeIn('', 0)]).toEqual([undefined, undefined, undefined])
  })
})

describe('HOME', () => {
  const never = () => {
    throw new Error('Not needed')
  }

  test('that is set stays, and nobody looks further', () => {
    expect(withHome(['HOME=/x', 'A=1'], 0, never)).toEqual(['HOME=/x', 'A=1'])
  })

  test('that is missing or empty comes from /etc/passwd', () => {
    expect(withHome(['A=1'], 1000, () => PASSWD)).toEqual(['A=1', 'HOME=/srv/web'])
    expect(withHome(['HOME=', 'A=1'], 0, () => PASSWD)).toEqual(['A=1', 'HOME=/root'])
  })

  test('is the root where nothing is known', () => {
    expect(withHome([], 5, () => PASSWD)).toEqual(['HOME=/'])
    expect(withHome([], 0, () => undefined)).toEqual(['HOME=/'])
  })
})

describe('/etc/passwd of a container', () => {
  /** Reads it in a root that a function has prepared. */
  function read(prepare: (path: (name: string) => string) => void): string | undefined {
    using at = scratch()
    mkdirSync(at.path('etc'))
    prepare((name) => at.path(name))
    using root = here(openat('cwd', at.path(), ['PATH', 'DIRECTORY']))
    return readPasswd(here, root)
  }

  test('is read inside of its root', () => {
    expect(read((path) => writeFileSync(path('etc/passwd'), PASSWD))).toBe(PASSWD)
    expect(
      read((path) => {
        writeFileSync(path('real'), 'of the container')
        symlinkSync('/real', path('etc/passwd'))
      }),
    ).toBe('of the container')
  })

  test('may be missing', () => {
    expect(read(() => {})).toBeUndefined()
  })

  test('that is a fifo is not waited for', () => {
    expect(read((path) => here(mknodat('cwd', path('etc/passwd'), { type: 'fifo', mode: 0o644 }, 0)))).toBeUndefined()
  })

  test('that has no end is not read to it', () => {
    const huge = read((path) => writeFileSync(path('etc/passwd'), `${PASSWD}${'x'.repeat(4 << 20)}`))
    expect(huge).toStartWith(PASSWD)
    expect(huge?.length).toBeLessThan(2 << 20)
  })
})
