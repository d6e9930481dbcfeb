// process.env, args and cwd: what the program is, what it is told and where it stands.
import { expect } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunNotFound } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'

containerTest('the environment is that of config.json and HOME, nothing of the caller', async (box) => {
  const process = { args: ['env'], env: ['PATH=/bin', 'WORD=a b=c', 'EMPTY='] }
  const { stdout } = await box.run({ process }, { env: { LEAKED: 'from the caller' } })
  expect(stdout.trim().split('\n').sort()).toEqual(['EMPTY=', 'HOME=/root', 'PATH=/bin', 'WORD=a b=c'])
})

containerTest('the last of two variables of one name wins', async (box) => {
  const process = { args: ['env'], env: ['PATH=/bin', 'WORD=first', 'HOME=/', 'WORD=second'] }
  const { stdout } = await box.run({ process })
  expect(stdout.split('\n').filter((line) => line.startsWith('WORD='))).toEqual(['WORD=second'])
})

containerTest('HOME is what config.json says', async (box) => {
  expect(await box.shell('echo $HOME', { process: { env: ['PATH=/bin', 'HOME=/somewhere'] } })).toBe('/somewhere\n')
})

containerTest('HOME comes from /etc/passwd of the container by the number of the user', async (box) => {
  expect(await box.shell('echo $HOME', { process: { user: { uid: 1000, gid: 1000 } } })).toBe('/home/user\n')
})

containerTest(
  'HOME is / for a user that /etc/passwd does not know',
  async (box) => {
    expect(await box.shell('echo $HOME', { process: { user: { uid: 4242, gid: 1000 } } })).toBe('/\n')
  },
  lacks('crun', 'leaves HOME empty', { until: '1.21' }),
)

containerTest('HOME is / where there is no /etc/passwd', async (box) => {
  rmSync(`${box.rootfs}/etc/passwd`)
  expect(await box.shell('echo $HOME')).toBe('/\n')
})

containerTest(
  'HOME comes from /etc/passwd where config.json leaves it empty',
  async (box) => {
    expect(await box.shell('echo $HOME', { process: { env: ['PATH=/bin', 'HOME='] } })).toBe('/root\n')
  },
  lacks('crun', 'takes an empty HOME as it is'),
)

containerTest('a user that is named like a number is not looked up by name', async (box) => {
  writeFileSync(`${box.rootfs}/etc/passwd`, '1000:x:0:0:evil:/evil:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n')
  const out = await box.shell('id -u; echo $HOME', { process: { user: { uid: 1000, gid: 1000 } } })
  expect(out).toBe('1000\n/home/user\n')
})

containerTest('the program is looked up in the PATH of config.json', async (box) => {
  mkdirSync(`${box.rootfs}/opt`)
  writeFileSync(`${box.rootfs}/opt/hello`, '#!/bin/sh\necho hello from opt\n', { mode: 0o755 })
  const process = { args: ['hello'], env: ['PATH=/nowhere:/opt:/bin'] }
  expect((await box.run({ process })).stdout).toBe('hello from opt\n')
})

containerTest('a file that cannot be executed is passed over in PATH', async (box) => {
  mkdirSync(`${box.rootfs}/opt`)
  writeFileSync(`${box.rootfs}/opt/true`, 'no program', { mode: 0o644 })
  expect((await box.run({ process: { args: ['true'], env: ['PATH=/opt:/bin'] } })).code).toBe(0)
})

containerTest('the program is looked up in the container and not on the host', async (box) => {
  expect(existsSync('/usr/bin/env')).toBe(true)
  assertRefused(await box.create({ process: { args: ['/usr/bin/env'] } }), /no such file or directory/i)
})

containerTest('a relative path of a program starts at the working directory', async (box) => {
  writeFileSync(`${box.rootfs}/etc/hello`, '#!/bin/sh\necho hello\n', { mode: 0o755 })
  expect((await box.run({ process: { args: ['./hello'], cwd: '/etc' } })).stdout).toBe('hello\n')
})

containerTest('the program gets its arguments unchanged', async (box) => {
  const args = ['printf', '[%s]', '', 'a b', '$HOME', '*', 'ü\n', '--flag', "it's"]
  expect((await box.run({ process: { args } })).stdout).toBe("[][a b][$HOME][*][ü\n][--flag][it's]")
})

containerTest(
  'create refuses a program that is not in PATH as "executable file not found in $PATH"',
  async (box) => {
    assertRefused(await box.create({ process: { args: ['no-such-program'] } }), /executable file not found in \$PATH/)
    expect(box.stateIds()).toEqual([])
    await box.assertClean()
  },
  crunNotFound,
)

containerTest(
  'create refuses a program that cannot be executed as "permission denied"',
  async (box) => {
    assertRefused(await box.create({ process: { args: ['/etc/passwd'] } }), /permission denied/)
    expect(box.stateIds()).toEqual([])
  },
  lacks('crun', 'writes "Permission denied"'),
)

containerTest(
  'create refuses a directory as a program',
  async (box) => {
    assertRefused(await box.create({ process: { args: ['/etc'] } }), /permission denied|is a directory/i)
  },
  lacks('crun', 'says "Operation not permitted"'),
)

containerTest('a program whose interpreter is missing ends with an error and leaves nothing', async (box) => {
  writeFileSync(`${box.rootfs}/bin/broken`, '#!/no/such/interpreter\n', { mode: 0o755 })
  const outcome = await box.run({ process: { args: ['/bin/broken'] } })
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toMatch(/no such file or directory/i)
})

containerTest('a file of no executable format ends with an error and leaves nothing', async (box) => {
  writeFileSync(`${box.rootfs}/bin/broken`, '\x01\x02\x03', { mode: 0o755 })
  const outcome = await box.run({ process: { args: ['/bin/broken'] } })
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toMatch(/exec format error/i)
})

containerTest('the working directory is that of config.json', async (box) => {
  expect(await box.shell('pwd', { process: { cwd: '/etc' } })).toBe('/etc\n')
})

containerTest('a working directory that is missing is made', async (box) => {
  expect(await box.shell('pwd', { process: { cwd: '/made/deep' } })).toBe('/made/deep\n')
  expect(statSync(`${box.rootfs}/made/deep`).mode & 0o777).toBe(0o755)
})

containerTest('a user enters a working directory that only the user may enter', async (box) => {
  mkdirSync(`${box.rootfs}/private`, { mode: 0o700 })
  await box.program(['chown', '1000:1000', `${box.rootfs}/private`])
  const process = { cwd: '/private', user: { uid: 1000, gid: 1000 }, capabilities: null }
  expect(await box.shell('pwd', { process })).toBe('/private\n')
})

containerTest('create refuses a working directory that is a file', async (box) => {
  const outcome = await box.run({ process: { args: ['pwd'], cwd: '/etc/passwd' } })
  expect(outcome.code).not.toBe(0)
  expect(outcome.stdout).toBe('')
})

containerTest(
  'create refuses a working directory that is not absolute',
  async (box) => {
    assertRefused(await box.create({ process: { cwd: 'etc' } }), /cwd|absolute/i)
  },
  lacks('crun', 'takes a relative directory as one below /'),
)

containerTest(
  'create refuses an environment variable without an equals sign',
  async (box) => {
    assertRefused(await box.create({ process: { env: ['PATH=/bin', 'NONSENSE'] } }), /NONSENSE|missing '='/)
  },
  lacks('crun', 'passes the word on'),
)

containerTest('a program without the right to be read may still be executed', async (box) => {
  chmodSync(`${box.rootfs}/bin/busybox`, 0o711)
  const process = { args: ['/bin/echo', 'fine'], user: { uid: 1000, gid: 1000 } }
  expect((await box.run({ process })).stdout).toBe('fine\n')
})
