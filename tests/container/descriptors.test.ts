// Descriptors that a container inherits on purpose: --preserve-fds and socket activation.
import { expect } from 'bun:test'
import { closeSync, openSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'

/** Calls `body` with descriptors of two files that hold "three" and "four". */
async function withFiles<T>(box: Box, body: (fds: readonly number[]) => Promise<T>): Promise<T> {
  const fds = ['three', 'four'].map((word) => {
    writeFileSync(box.path(word), `${word}\n`)
    return openSync(box.path(word), 'r')
  })
  try {
    return await body(fds)
  } finally {
    fds.forEach(closeSync)
  }
}

/** Runs `script` in the foreground with further flags of `run` and descriptors 3 and 4. */
function runWith(box: Box, script: string, ...flags: readonly string[]) {
  box.configure({ process: { args: ['sh', '-c', script] } })
  return withFiles(box, (extraFds) => box.call(['run', ...flags, '--bundle', box.bundleDir, box.name], { extraFds }))
}

/** The same, told as systemd tells a service of its sockets: LISTEN_PID must be the runtime's own pid. */
function runListening(box: Box, script: string, ...flags: readonly string[]) {
  box.configure({ process: { args: ['sh', '-c', script] } })
  const [runtime, ...args] = box.runArgv(...flags)
  const argv = ['sh', '-c', 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" "$@"', runtime ?? '', ...args]
  return withFiles(box, (extraFds) => box.program(argv, { extraFds }))
}

containerTest('a descriptor of the caller does not reach the container by itself', async (box) => {
  const { stdout } = await runWith(box, '(cat <&3) 2>/dev/null; (cat <&4) 2>/dev/null; echo end')
  expect(stdout).toBe('end\n')
})

containerTest('--preserve-fds hands on as many descriptors as it says and no more', async (box) => {
  const { stdout } = await runWith(box, 'cat <&3; (cat <&4) 2>/dev/null; echo end', '--preserve-fds', '1')
  expect(stdout).toBe('three\nend\n')
})

containerTest('--preserve-fds 2 hands on two descriptors', async (box) => {
  const { stdout } = await runWith(box, 'cat <&3; cat <&4', '--preserve-fds', '2')
  expect(stdout).toBe('three\nfour\n')
})

containerTest(
  '--preserve-fds refuses a descriptor that is not open',
  async (box) => {
    const outcome = await runWith(box, 'true', '--preserve-fds', '9')
    assertRefused(outcome, /preserve-fds|file descriptor|fd/i)
    expect(box.stateIds()).toEqual([])
  },
  lacks('crun', 'does not look whether the descriptors are open'),
)

containerTest(
  'LISTEN_FDS hands on the sockets and tells the container so',
  async (box) => {
    const { stdout } = await runListening(box, 'echo $LISTEN_FDS $LISTEN_PID; cat <&3; (cat <&4) 2>/dev/null; true')
    expect(stdout).toBe('1 1\nthree\n')
  },
  lacks('crun', 'sets no LISTEN_PID'),
)

containerTest(
  '--preserve-fds counts after LISTEN_FDS',
  async (box) => {
    const { stdout } = await runListening(box, 'echo $LISTEN_FDS; cat <&3; cat <&4', '--preserve-fds', '1')
    expect(stdout).toBe('1\nthree\nfour\n')
  },
  lacks('crun', 'sets no LISTEN_FDS beside --preserve-fds'),
)

containerTest(
  'LISTEN_FDS that is meant for another process is not handed on',
  async (box) => {
    box.configure({ process: { args: ['sh', '-c', 'echo [$LISTEN_FDS]; (cat <&3) 2>/dev/null; true'] } })
    const env = { LISTEN_FDS: '1', LISTEN_PID: '1' }
    expect(
      (await withFiles(box, (extraFds) => box.call(['run', '--bundle', box.bundleDir, box.name], { extraFds, env })))
        .stdout,
    ).toBe('[]\n')
  },
  lacks('crun', 'does not look at LISTEN_PID'),
)

containerTest('exec --preserve-fds hands on descriptors', async (box) => {
  await box.running()
  const args = ['exec', '--preserve-fds', '1', box.name, 'cat', '/proc/self/fd/3']
  expect((await withFiles(box, (extraFds) => box.call(args, { extraFds }))).stdout).toBe('three\n')
})
