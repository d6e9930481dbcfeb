// What a release is dated and named, and what its archives and its bill of materials refuse.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ar, gzip } from '#.ci/release/archives.ts'
import { debianName } from '#.ci/release/debian-package.ts'
import { shippedPackages } from '#.ci/release/lockfile.ts'
import { sourceDate } from '#.ci/release/release.ts'
import { TARGETS } from '#compile.ts'
import { tar } from '#src/engines/tar.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('the date', () => {
  const epoch = process.env['SOURCE_DATE_EPOCH']
  afterAll(() => {
    if (epoch === undefined) delete process.env['SOURCE_DATE_EPOCH']
    else process.env['SOURCE_DATE_EPOCH'] = epoch
  })

  test('is that of the commit', () => {
    delete process.env['SOURCE_DATE_EPOCH']
    expect(sourceDate('1700000000')).toBe(1_700_000_000)
    expect(() => sourceDate(undefined)).toThrow(
      'Cannot date the release: here is no commit, and SOURCE_DATE_EPOCH is not set',
    )
  })

  test('is SOURCE_DATE_EPOCH where that is set', () => {
    process.env['SOURCE_DATE_EPOCH'] = '1'
    expect(sourceDate('1700000000')).toBe(1)
  })
})

test.each([
  ['1.2.3', 'bunc_1.2.3-1_arm64.deb'],
  // To dpkg, a tilde is before the end: the candidate is older than the release.
  ['1.2.3-rc.1', 'bunc_1.2.3~rc.1-1_arm64.deb'],
])('version %s makes the package %s', (version, name) => {
  const target = { name: 'linux-arm64', ...TARGETS['linux-arm64'] } as const
  const build = { root: dir, version, targets: [target], host: target.name, date: 0, compile: () => Promise.resolve() }
  expect(debianName(build, target)).toBe(name)
})

describe('archives', () => {
  test('tar reads what is written, with owners, modes and date', () => {
    const file = join(dir, 'some.tar')
    const entries = [
      { path: '' },
      { path: 'a' },
      { path: 'a/b', content: 'text', executable: true },
      { path: 'c', content: '' },
    ]
    writeFileSync(file, tar(entries, 86_400))
    const listed = Bun.spawnSync(['tar', '--list', '--verbose', '--utc', '--full-time', '--file', file])
    expect(listed.stderr.toString()).toBe('')
    expect(
      listed.stdout
        .toString()
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).toEqual([
      'drwxr-xr-x root/root 0 1970-01-02 00:00:00 ./',
      'drwxr-xr-x root/root 0 1970-01-02 00:00:00 ./a/',
      '-rwxr-xr-x root/root 4 1970-01-02 00:00:00 ./a/b',
      '-rw-r--r-- root/root 0 1970-01-02 00:00:00 ./c',
    ])
    expect(Bun.spawnSync(['tar', '--extract', '--to-stdout', '--file', file, './a/b']).stdout.toString()).toBe('text')
  })

  test('a name that does not fit is refused, not cut', () => {
    expect(() => tar([{ path: 'x'.repeat(99), content: '' }], 0)).toThrow('a name in a tar archive has at most 100')
  })

  test('the compressed text can be read, and its header has no date and no system', () => {
    const packed = gzip('text', 9)
    expect([...packed.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff])
    expect(Buffer.from(Bun.gunzipSync(packed)).toString()).toBe('text')
  })

  test('a member of an ar archive with an odd length is followed by a newline', () => {
    expect(ar({ one: 'x', two: '' }, 7).toString('latin1')).toBe(
      '!<arch>\n' +
        'one             7           0     0     100644  1         `\nx\n' +
        'two             7           0     0     100644  0         `\n',
    )
  })
})

describe('the packages that are shipped', () => {
  const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`
  const lockfile = (packages: Record<string, object>) =>
    writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: { '': { name: 'bunc' }, ...packages } }))

  test('are the dependencies of the program and those that are asked for', () => {
    lockfile({
      'node_modules/a': { version: '1.0.0', license: 'MIT', integrity },
      'node_modules/a/node_modules/@b/c': { version: '2.0.0', license: 'ISC', integrity },
      'node_modules/tool': { version: '3.0.0', license: 'MIT', integrity, dev: true },
      'node_modules/other-tool': { version: '4.0.0', dev: true },
    })
    const sha512 = '01'.repeat(64)
    expect(shippedPackages(dir, ['tool'])).toEqual([
      { path: 'node_modules/a', name: 'a', version: '1.0.0', license: 'MIT', sha512 },
      { path: 'node_modules/a/node_modules/@b/c', name: '@b/c', version: '2.0.0', license: 'ISC', sha512 },
      { path: 'node_modules/tool', name: 'tool', version: '3.0.0', license: 'MIT', sha512 },
    ])
  })

  test('must have a version, a licence and a checksum', () => {
    lockfile({ 'node_modules/a': { version: '1.0.0', integrity } })
    expect(() => shippedPackages(dir, [])).toThrow(
      'Cannot list "a": package-lock.json lacks its version, licence or checksum',
    )
  })
})
