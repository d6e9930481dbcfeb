// SCMP_ACT_NOTIFY: an agent of the host decides about system calls of a container (config-linux.md#seccomp,
// seccomp_unotify(2)). The agent is the test itself.
import { expect } from 'bun:test'
import { mkdirSync, symlinkSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { containerTest, lacks, needing } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { type Answer, type Asked, SeccompAgent } from '#tests/support/seccomp-agent.ts'
import type { SeccompRule, Spec } from '#tests/support/spec.ts'

const seccomp = needing('seccomp')
const ENOSPC = 28
const MKDIR = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' }

/** A profile that asks about mkdir(2) or what else is named, and allows the rest. */
const asking = (socket: { readonly path: string }, ...rules: readonly SeccompRule[]): Spec => ({
  linux: {
    seccomp: {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: socket.path,
      listenerMetadata: 'some metadata',
      syscalls: rules.length === 0 ? [MKDIR] : rules,
    },
  },
})

/** What a script prints under a profile, with an agent that gives everybody the same answer. */
async function answered(box: Box, script: string, spec: (socket: ConsoleSocket) => Spec, answer: Answer) {
  using socket = new ConsoleSocket(box.dir)
  const shell = box.shell(script, spec(socket))
  using agent = await Promise.race([SeccompAgent.over(socket, () => answer), failing(shell)])
  return { out: await shell, asked: agent.asked, state: agent.state }
}

/** Never ends, unless the shell does so without having met an agent. */
async function failing(shell: Promise<string>): Promise<never> {
  const out = await shell
  await Bun.sleep(1_000)
  throw new Error(`Cannot find the agent's part in ${JSON.stringify(out)}`)
}

containerTest(
  'an agent lets a call go on',
  async (box) => {
    const { out, asked } = await answered(box, 'mkdir /tmp/made && test -d /tmp/made && echo made', asking, 'continue')
    expect({ out, asked: asked.length }).toEqual({ out: 'made\n', asked: 1 })
  },
  seccomp,
)

containerTest(
  'an agent fails a call with an errno',
  async (box) => {
    const { out } = await answered(box, 'mkdir /tmp/made 2>&1; test -d /tmp/made || echo no', asking, { errno: ENOSPC })
    expect(out).toBe("mkdir: can't create directory '/tmp/made': No space left on device\nno\n")
  },
  seccomp,
)

containerTest(
  'an agent lets a call seem to succeed',
  async (box) => {
    const { out } = await answered(box, 'mkdir /tmp/made && test -d /tmp/made || echo no', asking, { value: 0 })
    expect(out).toBe('no\n')
  },
  seccomp,
)

containerTest(
  'the agent is told about the container that is being made',
  async (box) => {
    const annotations = { 'org.example.colour': 'green' }
    using socket = new ConsoleSocket(box.dir)
    const created = box.create({ ...asking(socket), annotations })
    using agent = await SeccompAgent.over(socket, () => 'continue')
    expect((await created).code).toBe(0)
    const { pid } = await box.state()
    const { ociVersion, state, ...rest } = agent.state
    expect(rest).toEqual({ fds: ['seccompFd'], pid, metadata: 'some metadata' })
    expect(ociVersion).toMatch(/^1\.\d+\.\d+/)
    expect(state).toMatchObject({ id: box.name, status: 'creating', pid, bundle: box.bundleDir, annotations })
  },
  seccomp,
  lacks('crun', 'sends no JSON where there are annotations'),
)

containerTest(
  'the connection to the agent is closed when all has been said',
  async (box) => {
    using socket = new ConsoleSocket(box.dir)
    const running = box.run({ ...asking(socket), process: { args: ['sleep', '1000'] } })
    const [first, ...more] = await socket.receive()
    expect({ descriptors: first?.descriptors.length, more }).toEqual({ descriptors: 1, more: [] })
    await box.ok(['kill', box.name, 'KILL'])
    await running
  },
  seccomp,
  lacks('runc', 'keeps the connection for as long as it runs itself'),
  lacks('crun', 'keeps the connection for as long as it runs itself'),
)

containerTest(
  'exec meets the agent with a connection and a listener of its own',
  async (box) => {
    using socket = new ConsoleSocket(box.dir)
    const answer = ({ pid }: Asked): Answer => (pid > 0 ? { errno: ENOSPC } : 'continue')
    const running = box.running(asking(socket))
    using first = await SeccompAgent.over(socket, answer)
    const pid = await running
    const exec = box.exec(['sh', '-c', 'mkdir /tmp/made 2>&1; true'])
    using second = await SeccompAgent.over(socket, answer)
    expect((await exec).stdout).toContain('No space left on device')
    expect(second.state.state).toMatchObject({ id: box.name, status: 'running', pid })
    expect(second.state.pid).toBeGreaterThan(0)
    expect(second.state.pid).not.toBe(pid)
    expect({ first: first.asked.length, second: second.asked.length }).toEqual({ first: 0, second: 1 })
  },
  seccomp,
  lacks('crun', 'says that the container has the pid 0'),
)

containerTest(
  'only the arguments that a rule names are asked about',
  async (box) => {
    const args = [{ index: 0, op: 'SCMP_CMP_EQ', value: 8 }]
    const rule = { names: ['personality'], action: 'SCMP_ACT_NOTIFY', args }
    const script = 'linux32 true 2>&1 || echo refused 32; linux64 true 2>&1 || echo refused 64'
    const { out, asked } = await answered(box, script, (socket) => asking(socket, rule), { errno: ENOSPC })
    expect(out).toContain('refused 32')
    expect(out).not.toContain('refused 64')
    expect(asked.map(({ args }) => args[0])).toEqual([8n])
  },
  seccomp,
)

containerTest(
  'the other rules of the profile hold beside those that ask',
  async (box) => {
    const rules = [MKDIR, { names: ['rmdir', 'unlinkat'], action: 'SCMP_ACT_ERRNO', errnoRet: 30 }]
    const script = 'mkdir /tmp/made && rmdir /tmp/made 2>&1; true'
    const { out } = await answered(box, script, (socket) => asking(socket, ...rules), 'continue')
    expect(out).toContain('Read-only file system')
  },
  seccomp,
)

for (const noNewPrivileges of [true, false]) {
  containerTest(
    `an agent decides for a user without capabilities and with noNewPrivileges ${noNewPrivileges}`,
    async (box) => {
      const process = { user: { uid: 1000, gid: 1000 }, noNewPrivileges }
      const spec = (socket: ConsoleSocket): Spec => ({ ...asking(socket), process })
      const { out } = await answered(box, 'mkdir /tmp/made 2>&1; true', spec, { errno: ENOSPC })
      expect(out).toContain('No space left on device')
    },
    seccomp,
  )
}

containerTest(
  'a call that is asked about after the agent has gone fails with ENOSYS',
  async (box) => {
    const socket = new ConsoleSocket(box.dir)
    const spec = asking(socket)
    const script = 'while ! test -e /tmp/go; do sleep 0.01; done; mkdir /tmp/made 2>/tmp/said; sleep 1000'
    const running = box.running({ ...spec, process: { args: ['sh', '-c', script] } })
    const agent = await SeccompAgent.over(socket, () => 'continue')
    await running
    agent[Symbol.dispose]()
    socket[Symbol.dispose]()
    await box.program(['touch', `${box.rootfs}/tmp/go`])
    const said = async () => (await box.program(['cat', `${box.rootfs}/tmp/said`])).stdout
    for (let i = 0; i < 100 && (await said()) === ''; i++) await Bun.sleep(20)
    expect(await said()).toContain('Function not implemented')
  },
  seccomp,
)

containerTest(
  'create fails where no agent listens, and leaves nothing',
  async (box) => {
    const outcome = await box.create(asking({ path: box.path('nobody.sock') }))
    assertRefused(outcome, /nobody\.sock|seccomp/)
    expect(box.stateIds()).toEqual([])
  },
  seccomp,
)

containerTest(
  'what the runtime and its last calls use may be asked about too',
  async (box) => {
    const names = ['write', 'openat', 'execve', 'execveat', 'close', 'fcntl', 'prctl', 'capset', 'sendmsg', 'seccomp']
    const rule = { names, action: 'SCMP_ACT_NOTIFY' }
    const { out } = await answered(box, 'echo fine', (socket) => asking(socket, rule), 'continue')
    expect(out).toBe('fine\n')
  },
  seccomp,
  lacks('runc', 'refuses to ask about write(2)'),
)

containerTest(
  'exec fails where the agent has gone, and the container goes on',
  async (box) => {
    const socket = new ConsoleSocket(box.dir)
    const running = box.running(asking(socket))
    const agent = await SeccompAgent.over(socket, () => 'continue')
    const pid = await running
    agent[Symbol.dispose]()
    socket[Symbol.dispose]()
    const { code, stderr } = await box.exec(['true'])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/console\.sock|seccomp/)
    expect(await box.state()).toMatchObject({ status: 'running', pid })
  },
  seccomp,
)

containerTest(
  'the path of the socket may be longer than an address of a socket',
  async (box) => {
    const spec = (socket: ConsoleSocket): Spec => {
      const long = box.path('x'.repeat(200))
      mkdirSync(long)
      symlinkSync(socket.path, `${long}/agent.sock`)
      return asking({ path: `${long}/agent.sock` })
    }
    const { out } = await answered(box, 'mkdir /tmp/made 2>&1; true', spec, { errno: ENOSPC })
    expect(out).toContain('No space left on device')
  },
  seccomp,
  lacks('runc', 'gives the kernel the whole path'),
)

const FLAGS = ['TSYNC', 'LOG', 'SPEC_ALLOW', 'WAIT_KILLABLE_RECV'].map((name) => `SECCOMP_FILTER_FLAG_${name}`)

const noFlags = [
  lacks('runc', 'takes no flags', { until: '1.2' }),
  lacks('crun', 'gives the kernel flags that it takes with a listener only, or only without one'),
]

/** The profile of `asking` with every flag, and another action in the place of NOTIFY. */
const flagged = (socket: ConsoleSocket, action: string): Spec => ({
  linux: {
    seccomp: {
      defaultAction: 'SCMP_ACT_ALLOW',
      flags: FLAGS,
      listenerPath: socket.path,
      syscalls: [{ names: MKDIR.names, action }],
    },
  },
})

containerTest(
  'every flag is taken by a profile that asks an agent',
  async (box) => {
    const spec = (socket: ConsoleSocket) => flagged(socket, 'SCMP_ACT_NOTIFY')
    const { out } = await answered(box, 'mkdir /tmp/made 2>&1; true', spec, { errno: ENOSPC })
    expect(out).toContain('No space left on device')
  },
  seccomp,
  ...noFlags,
)

containerTest(
  'every flag is taken by a profile that asks nobody, whose listenerPath is ignored',
  async (box) => {
    using socket = new ConsoleSocket(box.dir)
    const out = await box.shell('mkdir /tmp/made 2>&1; true', flagged(socket, 'SCMP_ACT_ERRNO'))
    expect(out).toContain('Operation not permitted')
  },
  seccomp,
  ...noFlags,
)
