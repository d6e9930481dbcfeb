// The settings of engines: which runtimes stand there, and what becomes of them when one is registered and taken out.

import { describe, expect, test } from 'bun:test'

import { ENGINES, type EngineName, type Settings } from '#src/engines/engines.ts'
import { sentence } from '#src/failure.ts'

const PATH = '/usr/local/bin/bunc'
const BUNC = [{ name: 'bunc', path: PATH }]

const settingsOf = (engine: EngineName): Settings => ENGINES[engine].settings
const runtimes = (engine: EngineName, text: string) => settingsOf(engine).runtimes(settingsOf(engine).parse(text))

/** Takes settings, gives them with bunc. */
function registered(engine: EngineName, text: string, isDefault = false): string {
  const { parse, register, rewrite } = settingsOf(engine)
  return rewrite(text, register(parse(text), { name: 'bunc', path: PATH, isDefault }))
}

/** Takes settings, and those from before, gives them without bunc. */
function unregistered(engine: EngineName, text: string, before: string): string {
  const { parse, unregister, rewrite } = settingsOf(engine)
  return rewrite(text, unregister(parse(text), 'bunc', parse(before)))
}

const DAEMON = `{
    "log-level": "warn",
    "runtimes": { "kata": { "path": "/usr/bin/kata", "runtimeArgs": ["--x"] } },
    "default-runtime": "kata"
}
`

const CONFIG = `# The settings of this node.
version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "pause:3.9" # pinned
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = true # as the kubelet
`

const CONTAINERS = `# Podman
[engine]
# Which runtime.
#runtime = "crun"
events_logger = "file"

[engine.runtimes]
crun = ["/usr/bin/crun"] # first
`

const FILES: Readonly<Record<EngineName, string>> = { docker: DAEMON, containerd: CONFIG, podman: CONTAINERS }
const NAMES: readonly EngineName[] = ['docker', 'containerd', 'podman']

describe.each(NAMES)('%s', (engine) => {
  const text = FILES[engine]

  test('gets bunc, and keeps every line that it had', () => {
    const now = registered(engine, text)
    expect(runtimes(engine, now)).toEqual(expect.arrayContaining(BUNC))
    if (engine !== 'docker') for (const line of text.split('\n')) expect(now.split('\n')).toContain(line)
  })

  test('is changed by a first time alone', () => {
    const now = registered(engine, text, true)
    expect(registered(engine, now, true)).toBe(now)
  })

  test('loses bunc, and has what it had', () => {
    const { parse } = settingsOf(engine)
    for (const isDefault of [false, true]) {
      const without = unregistered(engine, registered(engine, text, isDefault), text)
      expect(parse(without)).toEqual(parse(text))
      expect(without).not.toContain('bunc')
    }
  })

  test('that had no settings gets those of bunc alone, and loses them', () => {
    const now = registered(engine, '', true)
    expect(runtimes(engine, now)).toEqual(BUNC)
    expect(unregistered(engine, now, '')).not.toContain('bunc')
    expect(Object.keys(settingsOf(engine).parse(unregistered(engine, now, '')))).toEqual(
      engine === 'containerd' ? ['version'] : [],
    )
  })

  test('is not changed where it cannot be read', () => {
    let said = 'nothing'
    try {
      registered(engine, '[engine\n')
    } catch (error) {
      said = sentence(error)
    }
    expect(said).toMatch(/^it is not (JSON|TOML): [^\n]+$/)
  })
})

test('Docker has the default that it had before', () => {
  const now = registered('docker', DAEMON, true)
  expect(JSON.parse(now)['default-runtime']).toBe('bunc')
  expect(JSON.parse(unregistered('docker', now, DAEMON))['default-runtime']).toBe('kata')
  expect(JSON.parse(now).runtimes.kata).toEqual({ path: '/usr/bin/kata', runtimeArgs: ['--x'] })
  expect(now).toContain('\n    "log-level"')
})

test('Docker keeps the arguments that somebody has given to bunc', () => {
  const text = '{"runtimes":{"bunc":{"path":"/old/bunc","runtimeArgs":["--debug"]}}}'
  expect(JSON.parse(registered('docker', text)).runtimes.bunc).toEqual({ path: PATH, runtimeArgs: ['--debug'] })
})

test('a list of runtimes hides the runc that is built in, so containerd gets that, too', () => {
  const table = settingsOf('containerd').parse(registered('containerd', 'version = 3\n'))
  expect(table).toEqual({
    version: 3,
    plugins: {
      'io.containerd.cri.v1.runtime': {
        containerd: {
          runtimes: {
            runc: { runtime_type: 'io.containerd.runc.v2' },
            bunc: { runtime_type: 'io.containerd.runc.v2', options: { BinaryName: PATH } },
          },
        },
      },
    },
  })
})

test('the options of runc hold for bunc in containerd', () => {
  expect(settingsOf('containerd').parse(registered('containerd', CONFIG))).toMatchObject({
    plugins: {
      'io.containerd.grpc.v1.cri': {
        sandbox_image: 'pause:3.9',
        containerd: { runtimes: { bunc: { options: { BinaryName: PATH, SystemdCgroup: true } } } },
      },
    },
  })
})

test('a plugin that is switched off is worth a word', () => {
  const { parse, notes } = settingsOf('containerd')
  expect(notes(parse('disabled_plugins = ["cri"]'))).toHaveLength(1)
  expect(notes(parse(CONFIG))).toEqual([])
})

test.each(['cri', '"io.containerd.grpc.v1.cri"', '"io.containerd.cri.v1.runtime"'])(
  'containerd names runtimes below the plugin %s',
  (plugin) => {
    const text = `
[plugins.${plugin}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.${plugin}.containerd.runtimes.bunc.options] # ours
  BinaryName = "/usr/local/bin/bunc"
`
    expect(runtimes('containerd', text)).toEqual(BUNC)
  },
)

test('Podman hears what bunc can do, and goes on to know what others can', () => {
  const { engine } = settingsOf('podman').parse(registered('podman', ''))
  expect(engine).toMatchObject({
    runtime_supports_json: expect.arrayContaining(['crun', 'runc', 'kata', 'bunc']),
    runtime_supports_nocgroup: ['crun', 'krun', 'bunc'],
  })
})

test('lists of abilities that somebody has written stay, but for bunc', () => {
  const text = '[engine]\nruntime_supports_json = ["mine"] # so\n'
  const now = registered('podman', text)
  expect(now).toContain('runtime_supports_json = ["mine", "bunc"] # so\n')
  const later = now.replace('["crun", "krun", "bunc"]', '["crun", "krun", "new", "bunc"]')
  expect(settingsOf('podman').parse(unregistered('podman', later, text))).toEqual({
    engine: { runtime_supports_json: ['mine'], runtime_supports_nocgroup: ['crun', 'krun', 'new'] },
  })
})

test('what is no runtime is none', () => {
  expect(runtimes('docker', '{ "runtimes": { "odd": 7 } }')).toEqual([])
  expect(runtimes('docker', '')).toEqual([])
  expect(runtimes('podman', '[engine.runtimes]\nodd = 7\n')).toEqual([])
})
