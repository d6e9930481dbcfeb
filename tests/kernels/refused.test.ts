// Kernels that are too old: one line that says what was asked for, one that says which kernel has it, and nothing left.
//
// For openat2 there is no other way that would be safe: a path below a root that somebody else may change meanwhile can
// only be resolved by the kernel. The others are how mounts and processes are made at all.

import { describe, expect } from 'bun:test'

import { Box } from '#tests/support/box.ts'
import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { lackingCalls } from '#tests/support/runtime.ts'
import type { Outcome } from '#tests/support/spawn.ts'

const { test } = needs('root', 'bunc', 'busybox', 'seccomp')

/** Does something with bunc on a kernel that lacks system calls, and looks at what is left. */
async function without(names: string, act: (box: Box) => Promise<Outcome>): Promise<Outcome> {
  const box = new Box({ name: 'bunc', version: '0', argv: [...lackingCalls(names), BINARY] })
  try {
    const outcome = await act(box)
    await box.assertClean()
    return outcome
  } finally {
    await box.destroy()
  }
}

/** Exactly two lines. */
function expectRefusal({ code, stdout, stderr }: Outcome, call: string, since: string): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(new RegExp(`^bunc: Cannot .*${call}\\(.*\\) = ENOSYS`))
  expect(lines[1]).toBe(`hint: this needs Linux ${since} or newer, for ${call}(2)`)
}

describe('a container cannot be made without', () => {
  const rows = [
    ['open_tree', '5.2'],
    ['move_mount', '5.2'],
    ['fsopen', '5.2'],
    ['fsconfig', '5.2'],
    ['fsmount', '5.2'],
    ['clone3', '5.3'],
    ['pidfd_open', '5.3'],
    ['openat2', '5.6'],
  ] as const
  for (const [call, since] of rows) {
    test(`${call}, which Linux ${since} brought, for run`, async () => {
      expectRefusal(await without(call, (box) => box.run({})), call, since)
    })
    test(`${call}, which Linux ${since} brought, for create`, async () => {
      expectRefusal(await without(call, (box) => box.create({})), call, since)
    })
  }
})

describe('a container cannot have', () => {
  test('attributes for all mounts of a tree without mount_setattr', async () => {
    const outcome = await without('mount_setattr', (box) =>
      box.run({ mounts: [{ destination: '/tmp', type: 'bind', source: box.dir, options: ['rbind', 'rro'] }] }),
    )
    expectRefusal(outcome, 'mount_setattr', '5.12')
    expect(outcome.stderr).toContain('mounts[0]')
  })

  test('a mount with mapped ids without mount_setattr', async () => {
    const ids = [{ containerID: 0, hostID: 1000, size: 10 }]
    const outcome = await without('mount_setattr', (box) => {
      const mount = { destination: '/tmp', type: 'bind', source: box.dir, options: ['rbind'] }
      return box.run({ mounts: [{ ...mount, uidMappings: ids, gidMappings: ids }] })
    })
    expectRefusal(outcome, 'mount_setattr', '5.12')
  })

  test('somebody who answers its system calls without pidfd_getfd', async () => {
    const outcome = await without('pidfd_getfd', (box) =>
      box.run({
        linux: {
          seccomp: {
            defaultAction: 'SCMP_ACT_ALLOW',
            listenerPath: box.path('agent'),
            syscalls: [{ names: ['mkdirat'], action: 'SCMP_ACT_NOTIFY' }],
          },
        },
      }),
    )
    expectRefusal(outcome, 'pidfd_getfd', '5.6')
  })
})
