// Hooks that fail.
import { writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { races } from '#tests/support/container-test.ts'
import type { Hook } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

const hooked = (hook: Hook | ((box: Box) => Hook), prepare?: (box: Box) => void) =>
  running((box) => ({ hooks: { createRuntime: [typeof hook === 'function' ? hook(box) : hook] } }), prepare)

const file = (content: string, mode: number) => (box: Box) => writeFileSync(box.path('hook'), content, { mode })
const own = (box: Box): Hook => ({ path: box.path('hook') })

export const HOOK_MISTAKES: readonly Mistake[] = [
  {
    title: 'A hook is not there',
    provoke: hooked({ path: '/usr/local/bin/no-such-hook' }),
    says: ['hooks.createRuntime[0], "/usr/local/bin/no-such-hook"', 'no such file or directory', 'one of the host'],
    crunCode: 255,
  },
  {
    title: 'A hook may not be executed',
    provoke: hooked(own, file('#!/bin/sh\n', 0o644)),
    says: ['hooks.createRuntime[0]', 'permission denied', 'mode 0644', 'chmod'],
    crunCode: 255,
  },
  {
    title: 'The interpreter of a hook is not there',
    provoke: hooked(own, file('#!/no/such/python\n', 0o755)),
    says: ['hooks.createRuntime[0]', 'no such file or directory', '"/no/such/python"'],
    crunCode: 255,
  },
  {
    title: 'A hook has line ends of Windows',
    provoke: hooked(own, file('#!/bin/sh\r\n', 0o755)),
    says: ['hooks.createRuntime[0]', 'carriage return'],
    crunCode: 255,
  },
  {
    title: 'A hook is no program',
    provoke: hooked(own, file('echo hello\n', 0o755)),
    says: ['hooks.createRuntime[0]', 'exec format error', '"#!/bin/sh"'],
    but: [races('crun', 'has a shell run it')],
  },
  {
    title: 'A hook fails',
    provoke: hooked({ path: '/bin/sh', args: ['sh', '-c', 'echo no such GPU >&2; exit 3'] }),
    says: ['hooks.createRuntime[0], "/bin/sh"', 'exit status 3', 'no such GPU'],
    crunCode: 255,
  },
  {
    title: 'A hook takes too long',
    provoke: hooked({ path: '/bin/sh', args: ['sh', '-c', 'echo waiting for the network; exec sleep 30'], timeout: 1 }),
    says: ['hooks.createRuntime[0], "/bin/sh"', '1 second', 'waiting for the network'],
  },
  {
    title: 'The path of a hook is relative',
    provoke: hooked({ path: 'hooks/prepare' }),
    says: ['hooks.createRuntime[0].path: "hooks/prepare" is not an absolute path'],
    crunCode: 255,
  },
  {
    title: 'A hook in the container is not there',
    provoke: running({ hooks: { startContainer: [{ path: '/usr/bin/no-such-hook' }] } }),
    says: ['hooks.startContainer[0]', 'no such file or directory', 'one of the container'],
  },
]
