// linux.devices and the device rules: which devices a container has and which it may open.
import { expect } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'

/** Every device that a container has without asking, devices section of the specification. */
const STANDARD = { null: '1:3', zero: '1:5', full: '1:7', random: '1:8', urandom: '1:9', tty: '5:0' } as const

/** The links below /dev that the specification wants. */
const LINKS = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
} as const

/** Making nodes, and reading the kernel's log where the host restricts it. */
const CAPABILITIES = ['CAP_MKNOD', 'CAP_SYSLOG']
const PRIVILEGED = {
  capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
}

const DENY_ALL = { allow: false, access: 'rwm' }

/** The kernel's log, a device that no container has by itself: character 1:11. */
const KMSG = { path: '/dev/logdevice', type: 'c', major: 1, minor: 11, fileMode: 0o666 }

/** Says of the kernel's log whether it could be opened for reading and for writing. */
const TRY = '(exec 3< /dev/logdevice) 2>&1 && echo read; (exec 3> /dev/logdevice) 2>&1 && echo written; true'
const REFUSED = "sh: can't open /dev/logdevice: Operation not permitted\n"
const UNCREATED = "sh: can't create /dev/logdevice: Operation not permitted\n"

/** What TRY says in a container that has the device and, after a denial of everything, `rules`. */
const tryUnder = (box: Box, rules: readonly object[]) =>
  box.shell(TRY, { process: PRIVILEGED, linux: { devices: [KMSG], resources: { devices: [DENY_ALL, ...rules] } } })

for (const [name, number] of Object.entries(STANDARD)) {
  containerTest(`/dev/${name} is the character device ${number} that everybody may use`, async (box) => {
    expect(await box.shell(`stat -c '%F %t:%T %a' /dev/${name}`)).toBe(`character special file ${number} 666\n`)
  })
}

for (const [name, target] of Object.entries(LINKS)) {
  containerTest(`/dev/${name} is a link to ${target}`, async (box) => {
    expect(await box.shell(`readlink /dev/${name}`)).toBe(`${target}\n`)
  })
}

containerTest('the standard devices do what they are for', async (box) => {
  const script = [
    'echo lost > /dev/null && cat /dev/null',
    'head -c 2 /dev/zero | od -An -tx1 | tr -d " "',
    'head -c 8 /dev/random | wc -c',
    'head -c 8 /dev/urandom | wc -c',
    'echo x 2>&1 > /dev/full; true',
  ].join('; ')
  const { code, stdout, stderr } = await box.run({ process: { args: ['sh', '-c', script] } })
  expect({ code, lines: stdout.split('\n').slice(0, 3) }).toEqual({ code: 0, lines: ['0000', '8', '8'] })
  expect(stdout + stderr).toContain('No space left on device')
})

containerTest('a device of config.json has its numbers, its mode and its owner', async (box) => {
  const devices = [{ ...KMSG, fileMode: 0o640, uid: 7, gid: 8 }]
  const out = await box.shell("stat -c '%F %t:%T %a %u:%g' /dev/logdevice", { linux: { devices } })
  expect(out).toBe('character special file 1:b 640 7:8\n')
})

containerTest('a block device and a pipe of config.json are made', async (box) => {
  const devices = [
    { path: '/dev/disk', type: 'b', major: 7, minor: 200, fileMode: 0o600 },
    { path: '/dev/pipe', type: 'p', fileMode: 0o622 },
  ]
  const out = await box.shell("stat -c '%F %t:%T %a' /dev/disk; stat -c '%F %a' /dev/pipe", { linux: { devices } })
  expect(out).toBe('block special file 7:c8 600\nfifo 622\n')
})

containerTest('a device below a directory that is missing is made with the directory', async (box) => {
  const devices = [{ ...KMSG, path: '/dev/deep/below/logdevice' }]
  expect(await box.shell("stat -c '%t:%T' /dev/deep/below/logdevice", { linux: { devices } })).toBe('1:b\n')
})

containerTest('the mode of a device does not suffer from the mask of the caller', async (box) => {
  box.configure({ process: { args: ['stat', '-c', '%a', '/dev/null'] } })
  expect((await box.program(['sh', '-c', 'umask 0077; exec "$@"', 'sh', ...box.runArgv()])).stdout).toBe('666\n')
})

containerTest('a device without a rule cannot be opened', async (box) => {
  expect(await tryUnder(box, [])).toBe(REFUSED + UNCREATED)
})

const RULE = { allow: true, type: 'c', major: 1, minor: 11, access: 'rwm' }

const RULES = [
  { title: 'a rule for its number', rules: [RULE], said: 'read\nwritten\n' },
  { title: 'a rule for reading', rules: [{ ...RULE, access: 'r' }], said: `read\n${UNCREATED}` },
  { title: 'a rule for writing', rules: [{ ...RULE, access: 'w' }], said: `${REFUSED}written\n` },
  { title: 'a rule for making it', rules: [{ ...RULE, access: 'm' }], said: REFUSED + UNCREATED },
  {
    title: 'two rules that add up',
    rules: [
      { ...RULE, access: 'r' },
      { ...RULE, access: 'w' },
    ],
    said: 'read\nwritten\n',
  },
  { title: 'a rule for another minor number', rules: [{ ...RULE, minor: 12 }], said: REFUSED + UNCREATED },
  { title: 'a rule for another type', rules: [{ ...RULE, type: 'b' }], said: REFUSED + UNCREATED },
  { title: 'a rule that a later one takes back', rules: [RULE, { ...RULE, allow: false }], said: REFUSED + UNCREATED },
  {
    title: 'a rule that a later one takes back in part',
    rules: [RULE, { ...RULE, allow: false, access: 'w' }],
    said: `read\n${UNCREATED}`,
  },
  { title: 'a rule for every device', rules: [{ allow: true, access: 'rwm' }], said: 'read\nwritten\n' },
  {
    title: 'a rule for every minor number',
    rules: [{ allow: true, type: 'c', major: 1, access: 'rwm' }],
    said: 'read\nwritten\n',
  },
]

for (const { title, rules, said } of RULES) {
  containerTest(`a device with ${title} can be opened as the rules say`, async (box) => {
    expect(await tryUnder(box, rules)).toBe(said)
  })
}

containerTest('the standard devices may be opened whatever the rules deny', async (box) => {
  const script = Object.keys(STANDARD)
    .filter((name) => name !== 'tty')
    .map((name) => `(exec 3< /dev/${name}) && echo ${name}`)
  const linux = { resources: { devices: [DENY_ALL] } }
  expect((await box.shell(script.join('; '), { linux })).trim().split('\n')).toEqual([
    'null',
    'zero',
    'full',
    'random',
    'urandom',
  ])
})

containerTest('a device node of any number may be made but not opened', async (box) => {
  const script = 'mknod /dev/made c 1 11 && echo made; (exec 3< /dev/made) 2>&1; true'
  expect(await box.shell(script, { process: PRIVILEGED })).toBe(
    "made\nsh: can't open /dev/made: Operation not permitted\n",
  )
})

containerTest(
  'a container without resources may open no further device',
  async (box) => {
    box.configure({ process: { ...PRIVILEGED, args: ['sh', '-c', TRY] }, linux: { devices: [KMSG], resources: null } })
    expect(await box.ok(['run', '--bundle', box.bundleDir, box.name])).toBe(REFUSED + UNCREATED)
  },
  lacks('crun', 'allows every device where config.json has no resources'),
)

containerTest('the rules hold for exec, too', async (box) => {
  await box.running({ process: PRIVILEGED, linux: { devices: [KMSG] } })
  expect(await box.execShell(TRY)).toBe(REFUSED + UNCREATED)
})

containerTest('a bind mount on /dev keeps the devices that it brings', async (box) => {
  const mounts = DEFAULT_MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'))
  const bind = { destination: '/dev', type: 'bind', source: '/dev', options: ['rbind'] }
  expect(await box.shell('echo fine > /dev/null && echo fine', { mounts: [...mounts, bind] })).toBe('fine\n')
})

containerTest('devices that lie in the image in place of the standard ones are not trusted', async (box) => {
  mkdirSync(box.path('host'))
  writeFileSync(box.path('host', 'precious'), 'precious')
  symlinkSync(box.path('host', 'precious'), `${box.rootfs}/dev/null`)
  const mounts = DEFAULT_MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'))
  await box.run({ process: { args: ['sh', '-c', 'echo over > /dev/null'] }, mounts })
  expect(await Bun.file(box.path('host', 'precious')).text()).toBe('precious')
})

containerTest(
  'create refuses a device of an unknown type',
  async (box) => {
    assertRefused(await box.create({ linux: { devices: [{ ...KMSG, type: 'q' }] } }), /q|device/)
    expect(box.stateIds()).toEqual([])
  },
  lacks('crun', 'takes any type without a word'),
)

containerTest(
  'create refuses a device rule without an access',
  async (box) => {
    const outcome = await box.create({ linux: { resources: { devices: [{ allow: true, access: '' }] } } })
    expect(outcome.code).not.toBe(0)
    expect(box.stateIds()).toEqual([])
  },
  lacks('crun', 'takes a rule without an access'),
)
