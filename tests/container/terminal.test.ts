// process.terminal: a terminal of the container's own, handed over through --console-socket or relayed in the
// foreground.
import { expect } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

import { TerminalSession } from '#tests/engines/terminal.ts'
import type { Box } from '#tests/support/box.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import type { MasterTerminal } from '#tests/support/console-socket.ts'
import { containerTest, lacks, races } from '#tests/support/container-test.ts'
import type { Lack } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import type { Process, Spec } from '#tests/support/spec.ts'

/** Runs `script` in a detached container with a terminal and calls `body` with the outer end of it. */
async function withTerminal(
  box: Box,
  script: string,
  more: Process,
  body: (terminal: MasterTerminal) => Promise<void>,
) {
  using socket = new ConsoleSocket(box.dir)
  box.configure({ process: { terminal: true, args: ['sh', '-c', script], ...more } })
  await box.ok(['run', '--detach', '--console-socket', socket.path, '--bundle', box.bundleDir, box.name])
  await body(await socket.terminal())
}

/** Starts the foreground `command` of the runtime at a terminal of the test's own. */
const session = (box: Box, ...command: readonly string[]) =>
  new TerminalSession([...box.runtime.argv, '--root', box.root, ...command], [100, 30])

const HOLD = '; exec sleep 1000'

containerTest('create sends one message with one descriptor, the outer end of a terminal', async (box) => {
  using socket = new ConsoleSocket(box.dir)
  box.configure({ process: { terminal: true } })
  await box.ok(['create', '--console-socket', socket.path, '--bundle', box.bundleDir, box.name])
  const messages = await socket.receive()
  expect(messages.map(({ descriptors }) => descriptors.length)).toEqual([1])
  expect(messages[0]?.text).not.toBe('')
})

containerTest('what the container writes shows on the terminal', async (box) => {
  await withTerminal(box, `echo hello${HOLD}`, {}, async (terminal) => {
    expect(await terminal.shows(/hello/)).toContain('hello\r\n')
  })
})

containerTest('what is typed at the terminal reaches the container', async (box) => {
  await withTerminal(box, `read word; echo "<$word>"${HOLD}`, {}, async (terminal) => {
    terminal.type('typed\n')
    await terminal.shows(/<typed>/)
  })
})

containerTest('standard input, output and error are the terminal', async (box) => {
  const script = `for fd in 0 1 2; do test -t $fd && echo yes$fd; done; tty${HOLD}`
  await withTerminal(box, script, {}, async (terminal) => {
    expect(await terminal.shows(/\/dev\/(pts\/0|console)/)).toMatch(/yes0\s+yes1\s+yes2/)
  })
})

containerTest('the terminal is the controlling one', async (box) => {
  await withTerminal(box, `echo controlled > /dev/tty${HOLD}`, {}, async (terminal) => {
    await terminal.shows(/controlled/)
  })
})

containerTest('Ctrl-C at the terminal interrupts the program', async (box) => {
  const script = `trap 'echo interrupted' INT; echo ready; sleep 1000${HOLD}`
  await withTerminal(box, script, {}, async (terminal) => {
    await terminal.shows(/ready/)
    terminal.type('\x03')
    await terminal.shows(/interrupted/)
  })
})

containerTest('/dev/console is the terminal', async (box) => {
  const script = `echo through console > /dev/console; stat -c '%F %t' /dev/console${HOLD}`
  await withTerminal(box, script, {}, async (terminal) => {
    expect(await terminal.shows(/special file/)).toMatch(/through console\s+character special file 88/)
  })
})

containerTest('a container without a terminal has no /dev/console', async (box) => {
  expect(await box.shell('test -e /dev/console || echo none')).toBe('none\n')
})

containerTest('consoleSize is the size of the terminal', async (box) => {
  await withTerminal(box, `stty size${HOLD}`, { consoleSize: { height: 33, width: 111 } }, async (terminal) => {
    await terminal.shows(/33 111/)
    expect(terminal.size()).toEqual([33, 111])
  })
})

containerTest('a terminal that is resized tells the container', async (box) => {
  const script = 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done'
  await withTerminal(box, script, {}, async (terminal) => {
    await terminal.shows(/ready/)
    terminal.resize(40, 132)
    await terminal.shows(/40 132/)
  })
})

containerTest('the terminal belongs to the user of the container', async (box) => {
  const user = { uid: 1000, gid: 1000 }
  await withTerminal(
    box,
    `stat -c 'owner %u' /dev/console; echo mine > /dev/tty${HOLD}`,
    { user },
    async (terminal) => {
      expect(await terminal.shows(/mine/)).toContain('owner 1000')
    },
  )
})

containerTest('a container with a terminal has no file open but its three', async (box) => {
  await withTerminal(box, 'echo ready; exec sleep 1000', {}, async (terminal) => {
    await terminal.shows(/ready/)
    const { pid } = await box.state()
    await eventually('sleep in place of the shell', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n')
    expect(readdirSync(`/proc/${pid}/fd`)).toEqual(['0', '1', '2'])
  })
})

containerTest('exec --tty --console-socket sends the terminal of the process', async (box) => {
  await box.running()
  using socket = new ConsoleSocket(box.dir)
  const args = ['exec', '--tty', '--detach', '--console-socket', socket.path, box.name]
  await box.ok([...args, 'sh', '-c', `tty; echo hello${HOLD}`])
  const terminal = await socket.terminal()
  expect(await terminal.shows(/hello/)).toContain('/dev/pts/0')
})

containerTest(
  'exec --process takes the terminal and its size from the file',
  async (box) => {
    await box.running()
    using socket = new ConsoleSocket(box.dir)
    const process = { terminal: true, consoleSize: { height: 22, width: 99 }, cwd: '/', user: { uid: 0, gid: 0 } }
    const args = ['sh', '-c', `stty size${HOLD}`]
    writeFileSync(box.path('process.json'), JSON.stringify({ ...process, args, env: ['PATH=/bin'] }))
    const command = ['exec', '--process', box.path('process.json'), '--console-socket', socket.path, '--detach']
    await box.ok([...command, '--pid-file', box.path('pid'), box.name])
    await (await socket.terminal()).shows(/22 99/)
    expect(readFileSync(box.path('pid'), 'utf8')).toMatch(/^\d+$/)
  },
  races('crun', 'sets the size when the program may run already'),
)

containerTest('run in the foreground relays the terminal of its caller', async (box) => {
  box.configure({ process: { terminal: true, args: ['sh', '-c', 'echo ready; read word; echo "<$word>"; exit 5'] } })
  await using terminal = session(box, 'run', '--bundle', box.bundleDir, box.name)
  await terminal.shows(/ready/)
  terminal.type('typed\n')
  await terminal.shows(/<typed>/)
  expect(await terminal.end()).toBe(5)
})

/** Waits for a shorter time than `shows`, for a peer that will not show it. */
const showsSoon = (terminal: TerminalSession, pattern: RegExp) =>
  eventually(`${pattern} on the terminal`, () => pattern.test(terminal.shown), 2_000)

containerTest(
  'run in the foreground passes the size of its terminal on',
  async (box) => {
    box.configure({ process: { terminal: true, args: ['sh', '-c', 'while :; do stty size; sleep 0.05; done'] } })
    await using terminal = session(box, 'run', '--bundle', box.bundleDir, box.name)
    await showsSoon(terminal, /30 100/)
    await box.ok(['kill', box.name, 'KILL'])
    expect(await terminal.end()).toBe(137)
  },
  lacks('crun', 'leaves the new terminal without a size'),
)

containerTest(
  'run in the foreground passes a new size of its terminal on',
  async (box) => {
    const script = 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done'
    box.configure({ process: { terminal: true, args: ['sh', '-c', script] } })
    await using terminal = session(box, 'run', '--bundle', box.bundleDir, box.name)
    await terminal.shows(/ready/)
    terminal.resize([120, 44])
    await showsSoon(terminal, /44 120/)
    await box.ok(['kill', box.name, 'KILL'])
    expect(await terminal.end()).toBe(137)
  },
  lacks('crun', 'leaves the new terminal without a size', { until: '1.21' }),
)

containerTest('run in the foreground gives Ctrl-C to the container', async (box) => {
  const script = 'trap "echo interrupted; exit 9" INT; echo ready; while :; do sleep 0.05; done'
  box.configure({ process: { terminal: true, args: ['sh', '-c', script] } })
  await using terminal = session(box, 'run', '--bundle', box.bundleDir, box.name)
  await terminal.shows(/ready/)
  terminal.type('\x03')
  await terminal.shows(/interrupted/)
  expect(await terminal.end()).toBe(9)
})

containerTest('exec --tty in the foreground relays the terminal of its caller', async (box) => {
  await box.running()
  await using terminal = session(box, 'exec', '--tty', box.name, 'sh', '-c', 'tty; read word; echo "<$word>"; exit 6')
  await terminal.shows(/\/dev\/pts\/0/)
  terminal.type('typed\n')
  await terminal.shows(/<typed>/)
  expect(await terminal.end()).toBe(6)
})

const REFUSED: readonly {
  title: string
  spec: Spec
  flags: (box: Box) => readonly string[]
  but?: readonly Lack[]
}[] = [
  { title: 'a terminal and no console socket', spec: { process: { terminal: true } }, flags: () => [] },
  {
    title: 'a console socket and no terminal',
    spec: {},
    flags: (box) => ['--console-socket', box.path('console.sock')],
    but: [lacks('crun', 'leaves the console socket unused')],
  },
  {
    title: 'a console socket that is not there',
    spec: { process: { terminal: true } },
    flags: (box) => ['--console-socket', box.path('absent.sock')],
  },
]

for (const { title, spec, flags, but = [] } of REFUSED) {
  const check = async (box: Box) => {
    using _ = new ConsoleSocket(box.dir)
    box.configure(spec)
    const outcome = await box.call(['create', ...flags(box), '--bundle', box.bundleDir, box.name])
    assertRefused(outcome, /console|tty|terminal|absent\.sock/i)
    expect(box.stateIds()).toEqual([])
    await box.assertClean()
  }
  containerTest(`create refuses ${title}`, check, ...but)
}
