// What bunc does before a snapshot is taken of it: all that would cost time again in each process. The hot commands are
// loaded, and done once, so that the engine has linked them; as root with a container, which nothing is left of.

import { mkdirat, readlinkat } from '#ffi/calls/file.ts'
import { execveat, exit, getpid } from '#ffi/calls/process.ts'
import { FIXED_ADDRESSES, fixAddresses } from '#ffi/calls/scheduling.ts'
import { exitProgram } from '#ffi/exit-program.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { COLD } from '#ffi/snapshot/layout.ts'
import { suspend } from '#ffi/snapshot/suspend.ts'
import { practiceBundle, SLEEP } from './build.ts'
import { runCommandLine } from './cli/command-line.ts'
import { defaultSpec } from './config/default-spec.ts'
import { removeTree, replaceFile, writeNew } from './files.ts'
import { print } from './output.ts'

/** Parts that are brought in when they are needed, by commands that a snapshot is for. */
const PARTS = [
  () => import('./cli/process-verbs.ts'),
  () => import('./cli/steering-verbs.ts'),
  () => import('./cli/terminal.ts'),
  () => import('./cli/trace-line.ts'),
  () => import('./cli/unexecuted.ts'),
  () => import('./container/notify.ts'),
  () => import('./container/saved-config.ts'),
  () => import('./hints.ts'),
  () => import('./log-daemons.ts'),
  () => import('#ffi/perform/remounting.ts'),
] as const

/** How often all is done: what is called often is compiled (src/snapshot/engine.ts), and has been called then. */
const ROUNDS = 3

/** What a process begins with that wakes up. */
export interface Woken {
  readonly argv: readonly string[]
  /** Executes this program again, without the snapshot. */
  readonly anew: () => void
}

/** Takes the addresses that follow SLEEP on the command line. What comes after it happens in other processes than this. */
export async function asleep(kernel: Kernel, [suspended = '', processor = '']: readonly string[]): Promise<Woken> {
  const { here } = kernel
  // The addresses of the copy must be free in every process that is started in the usual way.
  if (here(fixAddresses()) !== FIXED_ADDRESSES)
    here(execveat('cwd', '/proc/self/exe', ['bunc', SLEEP, suspended, processor], words(process.env)))
  for (const load of PARTS) await load()
  for (let round = 0; round < ROUNDS; round++) await rehearse(kernel)
  process.env = environment(['A=b'])
  const started = suspend({ suspend: Number(suspended), processor: Number(processor) }, (told) =>
    print(here, `${JSON.stringify(told)}\n`),
  )
  if (started === undefined) here(exit(0))
  const { argv = [], env = [] } = started ?? {}
  process.env = environment(env)
  return { argv: argv.slice(1), anew: () => here(execveat('cwd', '/proc/self/exe', argv, [...env, COLD])) }
}

function environment(variables: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const variable of variables) {
    const at = variable.indexOf('=')
    if (at > 0) values[variable.slice(0, at)] = variable.slice(at + 1)
  }
  return values
}

function words(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(variables).map(([name, value = '']) => `${name}=${value}`)
}

/** Does the hot commands. Where this user may not make containers they fail, and the snapshot has less. */
async function rehearse(kernel: Kernel): Promise<void> {
  const { here } = kernel
  const id = `bunc-snapshot-${here(getpid())}`
  // Where a program may be executed: /tmp may be mounted noexec.
  const bundle = practiceBundle(here(readlinkat('cwd', '/proc/self/exe')))
  // One that was killed has left it.
  removeTree(here, bundle)
  try {
    for (const folder of ['', '/rootfs', ...['bin', 'proc', 'dev', 'sys', 'etc'].map((name) => `/rootfs/${name}`)])
      here(mkdirat('cwd', bundle + folder, 0o700))
    const program = `${bundle}/rootfs/bin/true`
    writeNew(here, program, exitProgram(0), 0o700)
    for (const { config, commands } of [
      { config: PLAIN, commands: [run(id, bundle)] },
      { config: demanding(id, program), commands: [run(id, bundle)] },
      { config: engines(id, program), commands: steered(id, bundle) },
    ]) {
      replaceFile(here, `${bundle}/config.json`, JSON.stringify(config), 0o600)
      for (const argv of commands) await runCommandLine(kernel, argv)
    }
  } finally {
    removeTree(here, bundle)
  }
}

/** As a person asks for it. */
function run(id: string, bundle: string): readonly string[] {
  return ['--root', `${bundle}/state`, 'run', '--bundle', bundle, id]
}

/** As an engine asks for them, or a person. */
function steered(id: string, bundle: string): readonly (readonly string[])[] {
  const own = ['--root', `${bundle}/state`]
  const engine = [...own, '--log', `${bundle}/log.json`, '--log-format', 'json']
  const create = [...engine, 'create', '--bundle', bundle, '--pid-file', `${bundle}/pid`, id]
  const end = [...engine, 'delete', '--force', id]
  return [
    create,
    [...engine, 'kill', id, 'KILL'],
    end,
    create,
    ...['state', 'ps', 'pause', 'resume'].map((command) => [...own, command, id]),
    [...own, 'list'],
    [...own, 'exec', id, 'true'],
    [...engine, 'start', id],
    end,
    ['--version'],
  ]
}

const SECCOMP = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  syscalls: [
    { names: ['read', 'write', 'execve', 'execveat', 'exit_group', 'exit'], action: 'SCMP_ACT_ALLOW' },
    { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }] },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 1, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
  ],
}

const SPEC = defaultSpec()
const PLAIN = { ...SPEC, process: { ...SPEC.process, terminal: false, args: ['true'] } }

/** As an engine writes it, but shorter. Takes the container's id, and any file. */
function engines(id: string, file: string) {
  const hosts = { destination: '/etc/hosts', type: 'bind', source: file, options: ['rbind', 'rprivate'] }
  return {
    ...PLAIN,
    process: { ...PLAIN.process, oomScoreAdj: 0 },
    mounts: [...SPEC.mounts, hosts],
    linux: {
      ...SPEC.linux,
      cgroupsPath: `/${id}`,
      // On cgroup v1 they make none for cgroups.
      namespaces: SPEC.linux.namespaces.filter(({ type }) => type !== 'cgroup'),
      seccomp: SECCOMP,
    },
  }
}

/** With what not every host can do. Takes the container's id, and a program for its hooks. */
function demanding(id: string, program: string) {
  const config = engines(id, program)
  const hook = [{ path: program, args: ['true'] }]
  const devices = [
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' },
    { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
  ]
  const resources = { devices, memory: { limit: 64 << 20 }, cpu: { shares: 512 }, pids: { limit: 64 } }
  return {
    ...config,
    hooks: { prestart: hook, createRuntime: hook, poststop: hook },
    linux: { ...config.linux, resources, sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0' } },
  }
}
