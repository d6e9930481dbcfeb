// `validate`: what it says of a config on this host is what `create` does with it.

import { expect } from 'bun:test'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import type { Spec } from '#tests/support/spec.ts'

const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

const COMMAND = { process: { args: ['true'] } }

containerTest(
  'validate says nothing against a config that create takes',
  async (box) => {
    box.configure(COMMAND)
    const { code, stdout } = await box.call(['validate', box.bundleDir])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${box.bundleDir}/config.json: no problems\n` })
    expect((await box.create(COMMAND)).code).toBe(0)
  },
  ...ALONE,
)

const bind = (source: string, ...options: string[]): Spec => ({
  ...COMMAND,
  mounts: [{ destination: '/mnt', type: 'bind', source, options }],
})

const REFUSED: readonly { title: string; spec: Spec; finding: string }[] = [
  { title: 'a missing root', spec: { ...COMMAND, root: { path: 'nowhere' } }, finding: 'root.path' },
  { title: 'a missing source of a mount', spec: bind('/nowhere'), finding: 'mounts[0].source' },
  { title: 'a misspelt option of a mount', spec: bind('/etc', 'rbnd'), finding: 'mounts[0].options[0]' },
  {
    title: 'a missing namespace',
    spec: {
      ...COMMAND,
      linux: { namespaces: [{ type: 'mount' }, { type: 'network', path: '/nowhere' }, { type: 'uts' }] },
    },
    finding: 'linux.namespaces[1].path',
  },
  {
    title: 'a missing hook',
    spec: { ...COMMAND, hooks: { createRuntime: [{ path: '/nowhere' }] } },
    finding: 'hooks.createRuntime[0].path',
  },
  {
    title: 'a cgroup file that no host has',
    spec: { ...COMMAND, linux: { resources: { unified: { 'nothing.max': '1' } } } },
    finding: 'linux.resources.unified["nothing.max"]',
  },
]

for (const { title, spec, finding } of REFUSED)
  containerTest(
    `validate and create refuse ${title}`,
    async (box) => {
      expect((await box.create(spec)).code).toBe(1)
      const { code, stdout } = await box.call(['validate', '--json', box.bundleDir])
      const { sound, findings } = JSON.parse(stdout)
      expect({ code, sound }).toEqual({ code: 1, sound: false })
      expect(findings).toEqual([expect.objectContaining({ severity: 'error', path: finding })])
    },
    ...ALONE,
  )

containerTest(
  'validate reads a config from a pipe, and tells a typo from an error',
  async (box) => {
    const config = { ociVersion: '1.0.2', root: { path: '/' }, process: { args: ['true'], cwd: '/' }, hostnam: 'x' }
    const text = JSON.stringify({ ...config, linux: { namespaces: [{ type: 'mount' }] } })
    const { code, stdout } = await box.call(['validate', '-'], { stdin: text })
    expect(code).toBe(0)
    expect(stdout).toContain('warning: hostnam: is not a field of the specification (did you mean "hostname"?)')
    expect(stdout).toEndWith('standard input: 1 warning\n')
  },
  ...ALONE,
)

containerTest(
  'validate of a directory without a config.json is one line',
  async (box) => {
    const { code, stderr } = await box.call(['validate', '/etc'])
    expect(code).toBe(1)
    expect(stderr).toStartWith('bunc: Cannot read "/etc/config.json": no such file or directory\n')
  },
  ...ALONE,
)
