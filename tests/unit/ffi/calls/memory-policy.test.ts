// Memory policies, as set_mempolicy(2) reads them.

import { expect, test } from 'bun:test'

import { setMempolicy } from '#ffi/calls/memory-policy.ts'
import { encoded } from '../encoded.ts'

test('a policy is a mode with its flags, and a bit for each node', () => {
  const nodes = new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0])
  const call = setMempolicy({ mode: 'BIND', flags: ['STATIC_NODES', 'NUMA_BALANCING'], nodes })
  const { args, bytes } = encoded(call)
  expect(args[0]).toBe(0xa002n)
  expect(bytes(1, 8)).toEqual(nodes)
  expect(args[2]).toBe(65n)
  expect(call.show()).toBe('set_mempolicy(BIND|STATIC_NODES|NUMA_BALANCING, [5 0 0 0 0 0 0 0])')
})

test('a policy without nodes has no mask', () => {
  const { args } = encoded(setMempolicy({ mode: 'LOCAL', flags: [], nodes: new Uint8Array() }))
  expect(args.slice(0, 3)).toEqual([4n, 0n, 0n])
})
