// process.capabilities: the five sets, as root and as another user.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import type { Capabilities, Process } from '#tests/support/spec.ts'

const USER = { uid: 1000, gid: 1000 }
const CHOWN_KILL = ['CAP_CHOWN', 'CAP_KILL']

/** CAP_CHOWN is number 0 and CAP_KILL number 5. */
const BITS = '0000000000000021'
const KILL_BIT = '0000000000000020'
const NONE = '0000000000000000'

const EMPTY = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] }

/** The five sets of a process of the container as the kernel prints them; a set that is not named is empty. */
async function sets(box: Box, capabilities: Capabilities | null, process: Process = {}) {
  const named = capabilities === null ? null : { ...EMPTY, ...capabilities }
  const out = await box.shell('cat /proc/self/status', { process: { ...process, capabilities: named } })
  const read = (name: string) => new RegExp(`^Cap${name}:\\t(.*)$`, 'm').exec(out)?.[1]
  return { inh: read('Inh'), prm: read('Prm'), eff: read('Eff'), bnd: read('Bnd'), amb: read('Amb') }
}

containerTest('root has the effective, permitted and bounding sets of config.json', async (box) => {
  const capabilities = { bounding: CHOWN_KILL, effective: CHOWN_KILL, permitted: CHOWN_KILL }
  expect(await sets(box, capabilities)).toEqual({ inh: NONE, prm: BITS, eff: BITS, bnd: BITS, amb: NONE })
})

for (const [title, capabilities] of [
  ['empty sets', {}],
  ['no sets at all', null],
] as const) {
  containerTest(`a container with ${title} has no capability`, async (box) => {
    expect(await sets(box, capabilities)).toEqual({ inh: NONE, prm: NONE, eff: NONE, bnd: NONE, amb: NONE })
  })
}

containerTest('root gains the whole bounding set when it executes a program', async (box) => {
  const { prm, eff } = await sets(box, { bounding: CHOWN_KILL, permitted: ['CAP_KILL'] }, { noNewPrivileges: false })
  expect({ prm, eff }).toEqual({ prm: BITS, eff: BITS })
})

containerTest('root gains nothing above the permitted set with noNewPrivileges', async (box) => {
  const { prm, eff } = await sets(box, { bounding: CHOWN_KILL, permitted: ['CAP_KILL'] }, { noNewPrivileges: true })
  expect({ prm, eff }).toEqual({ prm: KILL_BIT, eff: KILL_BIT })
})

containerTest('a user loses its capabilities when it executes a program', async (box) => {
  const capabilities = { bounding: CHOWN_KILL, effective: CHOWN_KILL, permitted: CHOWN_KILL }
  expect(await sets(box, capabilities, { user: USER })).toEqual({
    inh: NONE,
    prm: NONE,
    eff: NONE,
    bnd: BITS,
    amb: NONE,
  })
})

containerTest('a user keeps the capabilities that are ambient', async (box) => {
  const all = ['CAP_KILL']
  const capabilities = { bounding: all, effective: all, permitted: all, inheritable: all, ambient: all }
  expect(await sets(box, capabilities, { user: USER })).toEqual({
    inh: KILL_BIT,
    prm: KILL_BIT,
    eff: KILL_BIT,
    bnd: KILL_BIT,
    amb: KILL_BIT,
  })
})

containerTest('the inheritable set is the one of config.json', async (box) => {
  const capabilities = { bounding: CHOWN_KILL, permitted: CHOWN_KILL, inheritable: ['CAP_KILL'] }
  expect((await sets(box, capabilities)).inh).toBe(KILL_BIT)
})

containerTest('every capability that the caller has can be granted', async (box) => {
  const own = BigInt(`0x${/^CapPrm:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`)
  const all = CAPABILITIES.filter((_, bit) => (own >> BigInt(bit)) & 1n)
  const { eff, bnd } = await sets(box, { bounding: all, effective: all, permitted: all })
  const full = own.toString(16).padStart(16, '0')
  expect({ eff, bnd }).toEqual({ eff: full, bnd: full })
})

containerTest('root without CAP_CHOWN cannot give a file away', async (box) => {
  const outcome = await box.run({ process: { args: ['chown', '1000', '/etc/passwd'], capabilities: EMPTY } })
  expect(outcome.code).toBe(1)
  expect(outcome.stderr).toContain('Operation not permitted')
})

containerTest(
  'a capability that nobody knows is ignored or refused, and named',
  async (box) => {
    const bounding = ['CAP_KILL', 'CAP_FLY']
    const outcome = await box.run({ process: { args: ['true'], capabilities: { bounding } } })
    expect(outcome.stderr).toContain('CAP_FLY')
  },
  lacks('crun', 'ignores it without a word'),
)

/** In the order of their numbers, capabilities(7). */
const CAPABILITIES = [
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_SETGID'],
  ...['CAP_SETUID', 'CAP_SETPCAP', 'CAP_LINUX_IMMUTABLE', 'CAP_NET_BIND_SERVICE', 'CAP_NET_BROADCAST'],
  ...['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_IPC_LOCK', 'CAP_IPC_OWNER', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO'],
  ...['CAP_SYS_CHROOT', 'CAP_SYS_PTRACE', 'CAP_SYS_PACCT', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_NICE'],
  ...['CAP_SYS_RESOURCE', 'CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_MKNOD', 'CAP_LEASE', 'CAP_AUDIT_WRITE'],
  ...['CAP_AUDIT_CONTROL', 'CAP_SETFCAP', 'CAP_MAC_OVERRIDE', 'CAP_MAC_ADMIN', 'CAP_SYSLOG', 'CAP_WAKE_ALARM'],
  ...['CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ', 'CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE'],
]
