// `explain`: the calls that it shows are those that `create` then makes, and it makes none of them.

import { expect } from 'bun:test'
import { existsSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import type { Spec } from '#tests/support/spec.ts'

const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

interface Step {
  readonly cause?: { readonly path: string; readonly line?: number }
  readonly calls: readonly { readonly where: string; readonly call: string; readonly result: string }[]
}

/** What has another number or name each time, and what a trace does not show or an explanation cannot know. */
const comparable = (calls: readonly string[]) =>
  calls
    .map((call) => call.replaceAll(/\b(?:\d+|new)</g, '<').replace(/"_ses\.[^"]*"/, '"_ses.ID"'))
    .map((call) => call.replaceAll(/fd\/\d+/g, 'fd/N'))
    .filter((call) => !/^(close|dup3|fstat|execveat)\(|^goes on alone|missing</.test(call))

/** The calls of the task from the first that makes its root, on both sides. */
const fromRoot = (calls: readonly string[]) => calls.slice(calls.findIndex((call) => call.startsWith('umask(')))

const SPECS: readonly { title: string; spec: Spec }[] = [
  { title: 'the usual config', spec: { process: { args: ['true'] } } },
  {
    title: 'bind mounts, masks and a hostname',
    spec: {
      process: { args: ['sh'], cwd: '/work/here' },
      hostname: 'explained',
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/etc/hosts', type: 'bind', source: '/etc/hosts', options: ['bind', 'ro'] },
        { destination: '/new/place', type: 'bind', source: '/etc', options: ['rbind'] },
      ],
      linux: { maskedPaths: ['/proc/kcore', '/proc/nowhere', '/sys'], readonlyPaths: ['/proc/sys', '/nowhere'] },
    },
  },
]

for (const { title, spec } of SPECS)
  containerTest(
    `explain shows the calls that create makes: ${title}`,
    async (box) => {
      box.configure(spec)
      const { steps, error } = JSON.parse(await box.ok(['explain', '--json', box.bundleDir]))
      expect(error).toBeUndefined()
      const told = steps
        .flatMap(({ calls }: Step) => calls)
        .flatMap(({ where, call }: Step['calls'][number]) => (where.startsWith('task ') ? [call] : []))
      const { code, stderr } = await box.call(['--trace', 'create', '--bundle', box.bundleDir, box.name])
      expect(code).toBe(0)
      const made = stderr.split('\n').flatMap((line) => /^task \d+: (.*) = [^=]*$/.exec(line)?.[1] ?? [])
      expect(comparable(fromRoot(told))).toEqual(comparable(fromRoot(made)))
      expect(made.length).toBeGreaterThan(50)
    },
    ...ALONE,
  )

containerTest(
  'explain makes nothing, and names the lines of config.json',
  async (box) => {
    box.configure({ process: { args: ['true'] } })
    const text = await box.ok(['explain', box.bundleDir])
    expect(text).toMatch(/^make mounts\[0\], "proc" on "\/proc" {3}\[mounts\[0\], config\.json:\d+\]\n {2}/m)
    expect(text).toMatch(/\n\d+ system calls\n$/)
    expect(existsSync(box.root)).toBe(false)
  },
  ...ALONE,
)

containerTest(
  'explain ends where create would fail, with the same words',
  async (box) => {
    box.configure({ process: { args: ['nowhere'] } })
    const { code, stdout } = await box.call(['explain', box.bundleDir])
    expect(code).toBe(1)
    expect(stdout).toEndWith('exec: "nowhere": executable file not found in $PATH\n')
  },
  ...ALONE,
)
