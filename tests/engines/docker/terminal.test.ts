// Containers with a terminal: its size, its echo, its signals; attaching, detaching, and executing at another one.
import { expect } from 'bun:test'

import { IMAGE } from './image.ts'
import { dockerSuite } from './suite.ts'

/** Leaves the container by the keys for it: Control-P, Control-Q. */
const DETACH = '\x10\x11'

const INTERRUPT = '\x03'

const END_OF_INPUT = '\x04'

/** The client tells the size when it has started the container, so that there is none at first. */
const AWAIT_SIZE = 'until stty size 2> /dev/null | grep -q .; do sleep 0.02; done'

/** What a process can tell of its terminal. */
const DESCRIBE = `${AWAIT_SIZE}; tty; stty size; stty -a | tail -n +2
ls -l /dev/console /proc/self/fd/[012] | cut -c1-10; stat -c "%u %g %a" $(tty)`

/** Says every size that the terminal has, one after the other, and whether a signal came with it. */
const WATCH_SIZE = `trap "exit 9" INT; trap "echo signalled" WINCH
while :; do new=$(stty size 2>&1); [ "$new" = "$old" ] || echo "size $new"; old=$new; sleep 0.05; done`

dockerSuite('docker terminals', (suite) => {
  suite.same('run --tty --interactive gives a terminal of the client’s size', async (side) => {
    const script = `${DESCRIBE}; exit 4`
    await using session = side.terminal(['run', '--rm', '-it', ...side.flags([IMAGE, 'sh', '-c', script])], [101, 37])
    await side.recordScreen(session)
    expect(session.shown).toMatch(/^\/dev\/pts\/0\r\n37 101\r\n/)
    expect(await session.end()).toBe(4)
  })

  suite.same('a terminal belongs to the user of the container', async (side) => {
    const flags = side.flags(['--user', 'alice', IMAGE, 'sh', '-c', `${DESCRIBE}; echo seen > /dev/tty`])
    await using session = side.terminal(['run', '--rm', '-it', ...flags])
    await side.recordScreen(session)
    expect(session.shown).toMatch(/1001 \d+ 6\d0[^]*seen/)
  })

  suite.same('what is typed is echoed and read, and the end of input ends the shell', async (side) => {
    await using session = side.terminal([
      'run',
      '--rm',
      '-it',
      ...side.flags([IMAGE, 'sh', '-c', 'read x; echo "<$x>"; cat']),
    ])
    await session.type('hello\n')
    await session.shows(/<hello>/)
    await session.type('more\n')
    await session.shows(/more\r\nmore/)
    await session.type(END_OF_INPUT)
    await side.recordScreen(session)
  })

  suite.same('Control-C interrupts the foreground process', async (side) => {
    const script = 'trap "echo interrupted; exit 8" INT; echo ready; while :; do sleep 0.05; done'
    await using session = side.terminal(['run', '--rm', '-it', ...side.flags([IMAGE, 'sh', '-c', script])])
    await session.shows(/ready/)
    session.type(INTERRUPT)
    await side.recordScreen(session)
    expect(session.shown).toContain('interrupted')
  })

  suite.same('a change of size reaches the container with its signal', async (side) => {
    const flags = side.flags([IMAGE, 'sh', '-c', WATCH_SIZE])
    await using session = side.terminal(['run', '--rm', '-it', ...flags], [80, 24])
    await session.shows(/size 24 80/)
    const before = session.shown.length
    session.resize([123, 45])
    await session.shows(/size 45 123/, before)
    await session.shows(/signalled/, before)
    session.type(INTERRUPT)
    expect(await session.end()).toBe(9)
  })

  suite.same('a client detaches by its keys and attaches again', async (side) => {
    const name = side.name()
    const script = 'while read line; do echo "got $line"; done'
    await using first = side.terminal(['run', '-it', '--name', name, ...side.flags([IMAGE, 'sh', '-c', script])])
    first.type('one\n')
    await first.shows(/got one/)
    first.type(DETACH)
    side.record('exit code of the detached client', await first.end())
    await using second = side.terminal(['attach', name])
    second.type('two\n')
    await second.shows(/got two/)
    second.type(END_OF_INPUT)
    side.record('exit code of the attached client', await second.end())
    expect(await side.ok(['logs', name])).toMatch(/got one[^]*got two/)
  })

  suite.same('exec --tty --interactive has a terminal of its own', async (side) => {
    const name = await side.up()
    await using session = side.terminal(['exec', '-it', name, 'sh', '-c', `${DESCRIBE}; exit 6`], [77, 33])
    await side.recordScreen(session)
    expect(session.shown).toMatch(/^\/dev\/pts\/\d+\r\n33 77\r\n/)
  })

  suite.same('exec at the terminal of a container that has one, too, gets the next', async (side) => {
    const name = side.name()
    await side.ok(['run', '-dit', '--name', name, ...side.flags([IMAGE, 'sh', '-c', 'tty; cat'])])
    await using session = side.terminal(['exec', '-it', '--user', 'alice', name, 'sh', '-c', 'tty; stat -c %u $(tty)'])
    await side.recordScreen(session)
    expect(session.shown).toContain('/dev/pts/1\r\n1001')
    expect(await side.ok(['logs', name])).toContain('/dev/pts/0')
  })

  suite.same('a detached container with a terminal writes to the log', async (side) => {
    const name = side.name()
    await side.ok(['run', '-dt', '--name', name, ...side.flags([IMAGE, 'sh', '-c', 'tty; echo out; echo err >&2'])])
    await side.ok(['wait', name])
    expect(await side.ok(['logs', name])).toBe('/dev/pts/0\r\nout\r\nerr')
  })

  suite.same('attach without a terminal passes input, output and the exit code on', async (side) => {
    const name = side.name()
    await side.ok(['create', '-i', '--name', name, ...side.flags([IMAGE, 'sh', '-c', 'cat; echo end >&2; exit 5'])])
    const outcome = await side.docker(['start', '--attach', '--interactive', name], { stdin: 'through\n' })
    expect(outcome).toMatchObject({ code: 5, stdout: 'through\n', stderr: 'end\n' })
  })
})
