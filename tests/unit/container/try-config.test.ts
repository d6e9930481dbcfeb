// The configs that bunc writes itself are configs that it accepts.

import { describe, expect, test } from 'bun:test'

import { readConfig } from '#src/config/config.ts'
import { tryConfig } from '#src/container/try-config.ts'

const TRY = { args: ['/bin/sh', '-c', 'true'], env: ['PATH=/bin', 'TERM=xterm'], terminal: true }
const config = () => readConfig(JSON.stringify(tryConfig(TRY)))

describe('the config of a throw-away container', () => {
  test('has no problem', () => {
    expect(config).not.toThrow()
  })

  test('runs what it is asked to, where it is asked to', () => {
    expect(config().process).toMatchObject({ ...TRY, cwd: '/', user: { uid: 0, gid: 0 }, noNewPrivileges: true })
  })

  test('has every namespace that a root can have without mappings', () => {
    const types = config().linux.namespaces.map(({ type }) => type)
    expect(types.toSorted()).toEqual(['cgroup', 'ipc', 'mount', 'network', 'pid', 'uts'])
  })

  test('allows no device beside those of the specification, and has limits', () => {
    const { resources } = config().linux
    expect(resources.devices).toMatchObject([{ allow: false, access: 'rwm' }])
    expect(resources.memory?.limit).toBe(1n << 30n)
    expect(resources.pids?.limit).toBe(1024)
  })

  test('gives no capability that reaches beyond the container', () => {
    const capabilities = config().process?.capabilities
    for (const name of ['CAP_SYS_ADMIN', 'CAP_SYS_MODULE', 'CAP_SYS_PTRACE', 'CAP_MKNOD', 'CAP_NET_ADMIN'])
      expect(capabilities?.bounding).not.toContain(name)
    expect(capabilities?.ambient).toEqual([])
  })
})
