// The config that `spec` writes is one that bunc accepts, for root and for a user without privileges.

import { describe, expect, test } from 'bun:test'

import { readConfig } from '#src/config/config.ts'
import { defaultSpec } from '#src/config/default-spec.ts'

const read = (spec: object) => readConfig(JSON.stringify(spec))
const USER = { uid: 1000, gid: 100 }

describe('for root', () => {
  test('has no problem', () => {
    expect(() => read(defaultSpec())).not.toThrow()
  })

  test('is a shell in namespaces of its own, with a read-only root', () => {
    const config = read(defaultSpec())
    expect(config.process).toMatchObject({ args: ['sh'], cwd: '/', terminal: true, noNewPrivileges: true })
    expect(config.root).toMatchObject({ path: 'rootfs', readonly: true })
    expect(config.linux.namespaces.map(({ type }) => type).toSorted()).toEqual([
      'cgroup',
      'ipc',
      'mount',
      'network',
      'pid',
      'uts',
    ])
  })
})

describe('for a user without privileges', () => {
  const config = () => read(defaultSpec(USER))

  test('has no problem', () => {
    expect(config).not.toThrow()
  })

  test('maps root to that user, in a user namespace, without a network of its own', () => {
    const { linux } = config()
    expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }])
    expect(linux.gidMappings).toEqual([{ containerID: 0, hostID: 100, size: 1 }])
    const types = linux.namespaces.map(({ type }) => type)
    expect([types.includes('user'), types.includes('network')]).toEqual([true, false])
  })

  test('asks for nothing that only root can have', () => {
    const { mounts, linux } = config()
    expect(mounts.flatMap(({ options }) => options)).not.toContain('gid=5')
    expect(mounts.find(({ destination }) => destination === '/sys')).toMatchObject({
      source: '/sys',
      options: expect.arrayContaining(['rbind']),
    })
    expect(mounts.some(({ destination }) => destination === '/sys/fs/cgroup')).toBe(false)
    expect(linux.resources.devices ?? []).toEqual([])
  })
})
