// Standard input, output and error of a container without a terminal: the caller's own files, passed through.
import { expect } from 'bun:test'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

import { executes } from '#tests/support/box.ts'
import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'

/** Runs `script` on the host with the container's command line as "$@". */
const hostShell = (box: Box, script: string) => box.program(['sh', '-c', script, 'sh', ...box.runArgv()])

containerTest('a container reads its standard input to the end', async (box) => {
  expect(await box.shell('wc -c', {}, { stdin: 'x'.repeat(100_000) })).toBe('100000\n')
})

containerTest('a container reads from one pipe and writes to another', async (box) => {
  box.configure({ process: { args: ['tr', 'a-z', 'A-Z'] } })
  expect((await hostShell(box, 'echo hello | "$@" | cat')).stdout).toBe('HELLO\n')
})

containerTest('a container writes ten megabytes to a pipe without loss', async (box) => {
  box.configure({ process: { args: ['sh', '-c', 'yes | head -c 10485760'] } })
  expect((await hostShell(box, '"$@" | wc -c')).stdout.trim()).toBe('10485760')
})

containerTest('a container that writes to a closed pipe ends and so does run', async (box) => {
  box.configure({ process: { args: ['yes'] } })
  expect((await hostShell(box, '"$@" 2>/dev/null | head -n 1')).stdout).toBe('y\n')
})

containerTest(
  'a container starts with standard input closed',
  async (box) => {
    box.configure({ process: { args: ['sh', '-c', 'echo started; cat'] } })
    const { code, stdout } = await hostShell(box, '"$@" <&-')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'started\n' })
  },
  lacks('crun', 'refuses to start with standard input closed'),
)

containerTest(
  'a container starts with standard output and standard error closed',
  async (box) => {
    box.configure({ process: { args: ['touch', '/tmp/started'] } })
    expect((await hostShell(box, '"$@" >&- 2>&-')).code).toBe(0)
    expect(readFileSync(`${box.rootfs}/tmp/started`, 'utf8')).toBe('')
  },
  lacks('crun', 'refuses to start with standard output closed'),
)

containerTest('a container without a terminal has the very files of its caller', async (box) => {
  const fd = openSync(box.path('shared'), 'a')
  const { code } = await box.run(
    { process: { args: ['sh', '-c', 'echo inside; readlink /proc/1/fd/1'] } },
    { stdout: fd },
  )
  closeSync(fd)
  expect(code).toBe(0)
  expect(readFileSync(box.path('shared'), 'utf8')).toStartWith('inside\n')
})

containerTest('a container without a terminal has no terminal', async (box) => {
  expect(await box.shell('tty; test -t 1 || echo none')).toBe('not a tty\nnone\n')
})

containerTest('a detached container keeps writing to the files of its caller', async (box) => {
  const fd = openSync(box.path('shared'), 'a')
  await box.running({ process: { args: ['sh', '-c', 'sleep 0.1; echo late'] } }, { stdout: fd })
  closeSync(fd)
  await eventually('the late line', () => readFileSync(box.path('shared'), 'utf8') === 'late\n')
})

containerTest('a container without a terminal has no file open but its three', async (box) => {
  const pid = await box.running({ process: { args: ['sleep', '1000'] } })
  expect(readdirSync(`/proc/${pid}/fd`)).toEqual(['0', '1', '2'])
})

containerTest('exec without a terminal has no file open but its three', async (box) => {
  await box.running()
  expect((await box.exec(['sleep', '1000'], ['--detach', '--pid-file', box.path('pid')])).code).toBe(0)
  const pid = Number(readFileSync(box.path('pid'), 'utf8'))
  await eventually('the program of the exec', () => executes(pid))
  expect(readdirSync(`/proc/${pid}/fd`)).toEqual(['0', '1', '2'])
})
