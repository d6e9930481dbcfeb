// The bundle with which bunc practises, and what it does with it: before a snapshot is taken (practice.ts), and after that,
// to see what of the snapshot each command writes to (snapshot/observe.ts).

import type { Sys } from '#ffi/call.ts'
import { mkdirat } from '#ffi/calls/file.ts'
import { exitProgram } from '#ffi/exit-program.ts'
import { defaultSpec } from './config/default-spec.ts'
import { removeTree, replaceFile, writeNew } from './files.ts'

/** A command line without its first word, and which command it is. */
export interface Command {
  readonly name: string
  readonly words: readonly string[]
}

/** What is done with a config. */
export interface Life {
  readonly config: object
  readonly commands: readonly Command[]
}

/** Takes the path of the executable that practises, gives that of its bundle. */
export function practiceBundle(executable: string): string {
  return `${executable}-bundle`
}

/** Makes the bundle, but for its config. One that somebody has left who was killed is replaced. */
export function makeBundle(sys: Sys, bundle: string): void {
  removeTree(sys, bundle)
  for (const folder of ['', '/rootfs', ...['bin', 'proc', 'dev', 'sys', 'etc'].map((name) => `/rootfs/${name}`)])
    sys(mkdirat('cwd', bundle + folder, 0o700))
  writeNew(sys, programOf(bundle), exitProgram(0), 0o700)
}

/** Writes the config of a bundle. */
export function writeConfig(sys: Sys, bundle: string, config: object): void {
  replaceFile(sys, `${bundle}/config.json`, JSON.stringify(config), 0o600)
}

function programOf(bundle: string): string {
  return `${bundle}/rootfs/bin/true`
}

/** What is done, in this order. Takes the path of the bundle, and the id of a container that nobody else has. */
export function lives(bundle: string, id: string): readonly Life[] {
  const program = programOf(bundle)
  return [
    { config: PLAIN, commands: [run(bundle, id)] },
    { config: demanding(id, program), commands: [run(bundle, id)] },
    { config: engines(id, program), commands: steered(bundle, id) },
  ]
}

/** As a person asks for it. */
function run(bundle: string, id: string): Command {
  return { name: 'run', words: ['--root', `${bundle}/state`, 'run', '--bundle', bundle, id] }
}

/** As an engine asks for them, or a person. */
function steered(bundle: string, id: string): readonly Command[] {
  const own = ['--root', `${bundle}/state`]
  const engine = [...own, '--log', `${bundle}/log.json`, '--log-format', 'json']
  const command = (before: readonly string[], name: string, ...operands: readonly string[]): Command => ({
    name,
    words: [...before, name, ...operands],
  })
  const create = command(engine, 'create', '--bundle', bundle, '--pid-file', `${bundle}/pid`, id)
  const end = command(engine, 'delete', '--force', id)
  return [
    create,
    command(engine, 'kill', id, 'KILL'),
    end,
    create,
    ...['state', 'ps', 'pause', 'resume'].map((name) => command(own, name, id)),
    command(own, 'list'),
    command(own, 'exec', id, 'true'),
    command(engine, 'start', id),
    end,
    { name: '--version', words: ['--version'] },
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
