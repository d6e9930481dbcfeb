// A proof by a container, asked of clients that are shell scripts: what they are asked, in which order, and what is taken
// away when they fail. What real engines make of it is tried in tests/vm/inside/install.ts.

import { expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { linux } from '#ffi/perform/linux.ts'
import type { EngineName } from '#src/engines/engines.ts'
import { verify } from '#src/engines/verify.ts'
import { sentence } from '#src/failure.ts'
import { scratch } from '../ffi/scratch.ts'

const RUNTIME = { name: 'bunc', path: '/opt/bunc', isDefault: true }

/** Has an engine verify whose client is this script. Gives what came of it, and what the client was asked. */
function verified(engine: EngineName, script: string) {
  using at = scratch()
  const asked = at.path('asked')
  const client = engine === 'containerd' ? 'ctr' : engine
  writeFileSync(at.path(client), `#!/bin/sh\nlog=${asked}\necho "$*" >>"$log"\n${script}\n`, { mode: 0o755 })
  const lines = () =>
    (existsSync(asked) ? readFileSync(asked, 'utf8') : '')
      .replaceAll(/bunc-verify-\d+/g, 'NAME')
      .replaceAll(/--host \S+ /g, '')
      .trim()
      .split('\n')
  try {
    const why = verify({ kernel: linux, path: at.path(), show: () => {} }, engine, RUNTIME)
    return { why, failure: '', asked: lines() }
  } catch (error) {
    return { why: undefined, failure: sentence(error), asked: lines() }
  }
}

const IMPORT = 'import - NAME:latest'
const RUN = '--rm --name NAME --network none NAME:latest /verify'
const REMOVE = 'image rm --force NAME:latest'

test('podman has run a container when it gives the exit status of the program, and the image is removed', () => {
  expect(verified('podman', 'case "$*" in *" run "*) exit 42;; esac')).toEqual({
    why: undefined,
    failure: '',
    asked: [IMPORT, `--runtime bunc run ${RUN}`, REMOVE],
  })
})

test.each([
  ['says that all is well, and has run nothing', 'exit 0', 'it ended with exit status 0'],
  ['fails', 'echo no such runtime >&2; exit 125', 'it ended with exit status 125: "no such runtime"'],
])('podman that %s is an error, and the container and the image are removed', (_, then, words) => {
  const { failure, asked } = verified('podman', `case "$*" in *" run "*) ${then};; esac`)
  expect(failure).toStartWith('Cannot have podman run a container with bunc: cannot run "podman --runtime bunc run ')
  expect(failure).toEndWith(`: ${words}`)
  expect(asked).toEqual([IMPORT, `--runtime bunc run ${RUN}`, 'rm --force NAME', REMOVE])
})

test('an image that stays is an error', () => {
  const script = 'case "$*" in *" run "*) exit 42;; image*) echo in use; exit 1;; esac'
  expect(verified('podman', script).failure).toMatch(
    /cannot run "podman image rm .*: it ended with exit status 1: "in use"$/,
  )
})

test('docker is asked for a container once it knows the runtime, by this path and as the default', () => {
  const script = [
    'case "$*" in',
    '  *" run "*) exit 42;;',
    '  *" info "*) case $(grep -c info <"$log") in',
    '    1) echo "runc ";; 2) echo "runc /opt/other";; 3) echo "runc /opt/bunc";; *) echo "bunc /opt/bunc";;',
    '  esac;;',
    'esac',
  ].join('\n')
  const { why, failure, asked } = verified('docker', `PATH=/usr/bin:/bin\n${script}`)
  expect([why, failure]).toEqual([undefined, ''])
  expect(asked.map((line) => line.split(' ')[0])).toEqual(['info', 'info', 'info', 'info', 'import', 'run', 'image'])
  expect(asked.at(-2)).toBe(`run --runtime bunc ${RUN}`)
})

test('an engine whose client is missing is not verified', () => {
  using at = scratch()
  const host = { kernel: linux, path: at.path(), show: () => {} }
  expect(verify(host, 'docker', RUNTIME)).toBe('"docker" is not found')
  expect(verify(host, 'containerd', RUNTIME)).toBe('"ctr" is not found')
  expect(verify(host, 'podman', RUNTIME)).toBe('"podman" is not found')
})
