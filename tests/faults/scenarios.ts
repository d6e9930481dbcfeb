// Table: the commands whose calls are made to fail, with what has to be there before. ID and BUNDLE are filled in. No code.

import type { Spec } from '#tests/support/spec.ts'

/** One command. */
export interface Scenario {
  readonly before: readonly (readonly string[])[]
  readonly args: readonly string[]
  /** What follows when the command has succeeded all the same. */
  readonly after?: readonly string[]
  /** Whether it makes a container, of which nothing is to be left when it fails. */
  readonly makes?: boolean
  /** What the container is beside the plain one. */
  readonly spec?: Spec
  /** Whether it is left to a soak: what is new in it is little beside what it takes. */
  readonly soak?: true
  /** Whether systemd makes the cgroup, as a unit. */
  readonly systemd?: true
}

const CREATE = ['create', '--bundle', 'BUNDLE', 'ID']
const BY_SYSTEMD = '--systemd-cgroup'
const RUNNING = [['run', '--detach', '--bundle', 'BUNDLE', 'ID']]
const IDS = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
const TRUE = [{ path: '/bin/true' }]
const EVERY = ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }))

/** The commands by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  create: { before: [], args: CREATE, after: ['start', 'ID'], makes: true },
  'create with a user namespace': {
    before: [],
    args: CREATE,
    after: ['start', 'ID'],
    makes: true,
    soak: true,
    spec: { linux: { namespaces: [...EVERY, { type: 'user' }], uidMappings: IDS, gidMappings: IDS } },
  },
  'run with hooks, a filter and limits': {
    before: [],
    args: ['run', '--detach', '--bundle', 'BUNDLE', 'ID'],
    makes: true,
    soak: true,
    spec: {
      process: { oomScoreAdj: 10, user: { uid: 1000, gid: 1000, additionalGids: [5] }, cwd: '/home/user' },
      hooks: {
        prestart: TRUE,
        createRuntime: TRUE,
        createContainer: TRUE,
        startContainer: TRUE,
        poststart: TRUE,
        poststop: TRUE,
      },
      root: { readonly: true },
      domainname: 'example.test',
      linux: {
        namespaces: EVERY,
        resources: { memory: { limit: 67_108_864 }, pids: { limit: 40 }, cpu: { shares: 512 } },
        sysctl: { 'net.ipv4.ip_forward': '1' },
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
        },
      },
    },
  },
  start: { before: [CREATE], args: ['start', 'ID'] },
  run: { before: [], args: ['run', '--detach', '--bundle', 'BUNDLE', 'ID'], makes: true, soak: true },
  'run in the foreground': {
    before: [],
    args: ['run', '--bundle', 'BUNDLE', 'ID'],
    makes: true,
    spec: { process: { args: ['true'] } },
  },
  exec: { before: RUNNING, args: ['exec', 'ID', 'true'] },
  'exec as a user': {
    before: RUNNING,
    args: ['exec', '--user', '1000:1000', '--cwd', '/tmp', 'ID', 'true'],
    soak: true,
  },
  update: { before: RUNNING, args: ['update', '--pids-limit', '50', '--memory', '64M', 'ID'] },
  pause: { before: RUNNING, args: ['pause', 'ID'] },
  resume: { before: [...RUNNING, ['pause', 'ID']], args: ['resume', 'ID'] },
  kill: { before: RUNNING, args: ['kill', 'ID', 'TERM'] },
  delete: { before: [CREATE], args: ['delete', 'ID'] },
  'delete --force': { before: RUNNING, args: ['delete', '--force', 'ID'] },
  'create by systemd': { before: [], args: [BY_SYSTEMD, ...CREATE], makes: true, systemd: true },
  'delete by systemd': { before: [[BY_SYSTEMD, ...CREATE]], args: ['delete', 'ID'], systemd: true },
}
