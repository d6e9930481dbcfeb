// Which kernel a container is made with.

import { expect, test } from 'bun:test'

import { linux } from '#ffi/perform/linux.ts'
import { record } from '#ffi/perform/record.ts'
import { ableKernel } from '#src/container/able-kernel.ts'

/** A recording of a kernel that lacks a system call. */
const lacking = (missing: string) => record((_, { name }) => (name === missing ? { refused: 'ENOSYS' } : undefined))

test('this one, where it has what is needed', async () => {
  expect(await ableKernel(linux)).toBe(linux)
})

test('another one, where mount_setattr is missing', async () => {
  const kernel = lacking('mount_setattr')
  expect(await ableKernel(kernel)).not.toBe(kernel)
})

test('none, where pidfd_open is missing', async () => {
  const refusal = await ableKernel(lacking('pidfd_open')).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ errno: 'ENOSYS', actions: ['make containers on this kernel'] })
})
