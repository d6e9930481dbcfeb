// The archive of the image, as tar reads it.

import { expect, test } from 'bun:test'

import { payloadArchive, PROGRAM, VERIFIED } from '#src/engines/payload.ts'
import { scratch } from '../ffi/scratch.ts'

function tar(...args: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['tar', ...args], {
    stdin: payloadArchive(),
    env: { LC_ALL: 'C' },
  })
  // A header with a wrong sum, or an end that is missing, is told here.
  expect([exitCode, stderr.toString()]).toEqual([0, ''])
  return stdout.toString()
}

test('tar finds one program of root in the archive', () => {
  expect(tar('--list', '--verbose', '--numeric-owner').trim()).toMatch(
    new RegExp(`^-rwxr-xr-x 0/0 +\\d+ 1970-01-01 \\d\\d:\\d\\d \\./${PROGRAM}$`),
  )
})

test('what tar takes out of it says that it was executed', () => {
  using at = scratch()
  tar('--extract', '--no-same-owner', '--directory', at.path())
  expect(Bun.spawnSync([at.path(PROGRAM)]).exitCode).toBe(VERIFIED)
})
