// What the engines really execute, word for word, and what is made of it.

import { describe, expect, test } from 'bun:test'
import { CREATE, GLOBAL, read } from './read.ts'

const SHIM = ['--root', '/run/containerd/runc/k8s.io', '--log', '/b/log.json', '--log-format', 'json']
const SHIM_GLOBAL = { root: '/run/containerd/runc/k8s.io', log: '/b/log.json', logFormat: 'json', rootless: 'auto' }

type Shape = readonly [caller: string, argv: readonly string[], expected: object]

const shapes: readonly Shape[] = [
  [
    'containerd creates',
    [
      ...SHIM,
      '--systemd-cgroup',
      'create',
      '--bundle',
      '/b',
      '--pid-file',
      '/b/init.pid',
      '--console-socket',
      '/s',
      'c1',
    ],
    {
      command: 'create',
      global: { ...SHIM_GLOBAL, systemdCgroup: true },
      options: { ...CREATE, bundle: '/b', pidFile: '/b/init.pid', consoleSocket: '/s' },
      operands: { container: 'c1' },
    },
  ],
  [
    'containerd creates without pivot_root and keyring, and with file descriptors',
    [
      ...SHIM,
      'create',
      '--bundle',
      '/b',
      '--pid-file',
      '/p',
      '--no-pivot',
      '--no-new-keyring',
      '--preserve-fds',
      '2',
      'c1',
    ],
    {
      command: 'create',
      global: SHIM_GLOBAL,
      options: { bundle: '/b', pidFile: '/p', noPivot: true, noNewKeyring: true, preserveFds: 2 },
      operands: { container: 'c1' },
    },
  ],
  ...['start', 'state', 'pause', 'resume'].map((command): Shape => [
    `containerd executes ${command}`,
    [...SHIM, command, 'c1'],
    { command, global: SHIM_GLOBAL, options: {}, operands: { container: 'c1' } },
  ]),
  [
    'containerd deletes by force',
    [...SHIM, 'delete', '--force', 'c1'],
    { command: 'delete', global: SHIM_GLOBAL, options: { force: true }, operands: { container: 'c1' } },
  ],
  [
    'containerd executes one more process',
    [...SHIM, 'exec', '--process', '/x/p.json', '--console-socket', '/s', '--detach', '--pid-file', '/b/e1.pid', 'c1'],
    {
      command: 'exec',
      global: SHIM_GLOBAL,
      options: { process: '/x/p.json', consoleSocket: '/s', detach: true, pidFile: '/b/e1.pid', preserveFds: 0 },
      operands: { container: 'c1' },
    },
  ],
  [
    'containerd kills everything by number',
    [...SHIM, 'kill', '--all', 'c1', '9'],
    { command: 'kill', global: SHIM_GLOBAL, options: { all: true }, operands: { container: 'c1', signal: 9 } },
  ],
  [
    'Docker kills by number',
    ['--root', '/var/run/docker/runtime-runc/moby', 'kill', 'c1', '15'],
    {
      command: 'kill',
      global: { ...GLOBAL, root: '/var/run/docker/runtime-runc/moby' },
      options: {},
      operands: { container: 'c1', signal: 15 },
    },
  ],
  [
    'containerd lists processes',
    [...SHIM, 'ps', '--format', 'json', 'c1'],
    { command: 'ps', global: SHIM_GLOBAL, options: { format: 'json' }, operands: { container: 'c1' } },
  ],
  ...[['--resources=-'], ['--resources', '-']].map((words): Shape => [
    `containerd updates with ${words.join(' ')}`,
    [...SHIM, 'update', ...words, 'c1'],
    { command: 'update', global: SHIM_GLOBAL, options: { resources: '-' }, operands: { container: 'c1' } },
  ]),
  [
    'containerd checkpoints',
    [
      ...['checkpoint', '--image-path', '/i', '--work-path', '/w', '--parent-path', '../p', '--tcp-established'],
      ...[
        '--ext-unix-sk',
        '--shell-job',
        '--file-locks',
        '--empty-ns',
        'network',
        '--empty-ns',
        'ipc',
        '--leave-running',
        'c1',
      ],
    ],
    {
      command: 'checkpoint',
      global: GLOBAL,
      options: {
        imagePath: '/i',
        workPath: '/w',
        parentPath: '../p',
        tcpEstablished: true,
        extUnixSk: true,
        shellJob: true,
        fileLocks: true,
        emptyNs: ['network', 'ipc'],
        leaveRunning: true,
        statusFd: -1,
      },
      operands: { container: 'c1' },
    },
  ],
  [
    'containerd restores with a single dash',
    [
      ...['restore', '--image-path', '/i', '--work-path', '/w', '--detach', '--pid-file', '/p', '--no-pivot'],
      ...['-no-subreaper', '--bundle', '/b', 'c1'],
    ],
    {
      command: 'restore',
      global: GLOBAL,
      options: {
        imagePath: '/i',
        workPath: '/w',
        detach: true,
        pidFile: '/p',
        noPivot: true,
        noSubreaper: true,
        bundle: '/b',
      },
      operands: { container: 'c1' },
    },
  ],
  ['containerd asks for features', ['features'], { command: 'features', global: GLOBAL, options: {}, operands: {} }],
  ['Docker asks for the version', ['--version'], { command: 'version', global: { ...GLOBAL, version: true } }],
  [
    'go-runc follows events',
    ['events', '--interval=5s', 'c1'],
    { command: 'events', global: GLOBAL, options: { interval: 5000 }, operands: { container: 'c1' } },
  ],
  [
    'go-runc takes statistics once',
    ['events', '--stats', 'c1'],
    { command: 'events', global: GLOBAL, options: { interval: 5000, stats: true }, operands: { container: 'c1' } },
  ],
  [
    'BuildKit runs in the foreground',
    ['--log', '/r/runc-log.json', '--log-format', 'json', 'run', '--bundle', '/b', '--no-pivot', '--keep', 'c1'],
    {
      command: 'run',
      global: { log: '/r/runc-log.json', logFormat: 'json', rootless: 'auto' },
      options: { bundle: '/b', noPivot: true, keep: true, preserveFds: 0 },
      operands: { container: 'c1' },
    },
  ],
  [
    'BuildKit executes in the foreground',
    ['exec', '--process', '/p.json', '--pid-file', '/p', 'c1'],
    {
      command: 'exec',
      global: GLOBAL,
      options: { process: '/p.json', pidFile: '/p', preserveFds: 0 },
      operands: { container: 'c1' },
    },
  ],
  [
    'conmon creates',
    [
      '--systemd-cgroup',
      '--root=/r',
      'create',
      '--bundle',
      '/b',
      '--pid-file',
      '/p',
      '--no-pivot',
      '--console-socket',
      '/s',
      'c1',
    ],
    {
      command: 'create',
      global: { ...GLOBAL, systemdCgroup: true, root: '/r' },
      options: { ...CREATE, bundle: '/b', pidFile: '/p', noPivot: true, consoleSocket: '/s' },
      operands: { container: 'c1' },
    },
  ],
  [
    'conmon executes',
    [
      'exec',
      '--pid-file',
      '/p',
      '--process',
      '/p.json',
      '--detach',
      '--preserve-fds',
      '1',
      '--console-socket',
      '/s',
      'c1',
    ],
    {
      command: 'exec',
      global: GLOBAL,
      options: { pidFile: '/p', process: '/p.json', detach: true, preserveFds: 1, consoleSocket: '/s' },
      operands: { container: 'c1' },
    },
  ],
  [
    'conmon restores',
    ['restore', '--bundle', '/b', '--pid-file', '/p', '--detach', '--image-path', '/i', '--work-path', '/b', 'c1'],
    {
      command: 'restore',
      global: GLOBAL,
      options: { bundle: '/b', pidFile: '/p', detach: true, imagePath: '/i', workPath: '/b' },
      operands: { container: 'c1' },
    },
  ],
  [
    'Podman logs to a file and does without cgroups',
    ['--log-format=json', '--log', '/l', '--cgroup-manager', 'disabled', 'start', 'c1'],
    {
      command: 'start',
      global: { logFormat: 'json', log: '/l', cgroupManager: 'disabled', rootless: 'auto' },
      options: {},
      operands: { container: 'c1' },
    },
  ],
  [
    'Podman updates from a file',
    ['update', '--resources=/tmp/r.json', 'c1'],
    { command: 'update', global: GLOBAL, options: { resources: '/tmp/r.json' }, operands: { container: 'c1' } },
  ],
  [
    'Podman checkpoints before the dump',
    ['checkpoint', '--image-path', '/i', '--work-path', '/w', '--pre-dump', '--parent-path', '../P', 'c1'],
    {
      command: 'checkpoint',
      global: GLOBAL,
      options: { imagePath: '/i', workPath: '/w', preDump: true, parentPath: '../P', statusFd: -1 },
      operands: { container: 'c1' },
    },
  ],
  ['Podman probes for criu', ['checkpoint', '--help'], { command: 'help', global: GLOBAL, topic: 'checkpoint' }],
  [
    'Buildah kills without a signal',
    ['kill', 'c1'],
    { command: 'kill', global: GLOBAL, options: {}, operands: { container: 'c1', signal: 'TERM' } },
  ],
  [
    'CRI-O kills everything with the short flag',
    ['--root', '/r', '--systemd-cgroup', 'kill', '-a', 'c1', '9'],
    {
      command: 'kill',
      global: { ...GLOBAL, root: '/r', systemdCgroup: true },
      options: { all: true },
      operands: { container: 'c1', signal: 9 },
    },
  ],
]

describe('an argv of an engine', () => {
  for (const [caller, argv, expected] of shapes) {
    test(`is understood: ${caller}`, () => {
      expect(read(argv)).toEqual({ ...expected })
    })
  }
})
