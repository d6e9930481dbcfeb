// The conversation with criu: what it is started with, what it is asked, what it is answered, and what is told when it
// fails. criu itself is played.

import { describe, expect, test } from 'bun:test'

import { encodeText } from '#ffi/kinds.ts'
import { record } from '#ffi/perform/record.ts'
import { converse, type Conversation, type Notice } from '#src/checkpoint/criu.ts'
import { option } from '#src/checkpoint/messages.ts'
import { decode, encode, type Message } from '#src/checkpoint/protobuf.ts'

const NOTIFY = 6
const notice = (at: string, pid: number): Message => [
  [1, NOTIFY],
  [2, true],
  [
    5,
    [
      [1, at],
      [2, pid],
    ],
  ],
]
const done = (pid: number): Message => [
  [1, 2],
  [2, true],
  [4, [[1, pid]]],
]
const failed = (text: string): Message => [
  [1, 2],
  [2, false],
  [7, 22],
  [9, text],
]

/** Plays a criu that says these messages, and has this log. Gives the end of the conversation and all calls. */
function play(said: readonly Message[], change: Partial<Conversation> = {}, log = '') {
  const next = said.values()
  const sent: Uint8Array[] = []
  let unread = true
  const kernel = record((_, call, open) => {
    if (call.name === 'socketpair') return [open('ours'), open('theirs')]
    if (call.name === 'pipe2') return [open('reading'), open('writing')]
    if (call.name === 'ppoll') return [true]
    if (call.name === 'recvmsg') {
      const { value } = next.next()
      return { bytes: value === undefined ? new Uint8Array() : encode(value), descriptor: undefined }
    }
    const [file, data] = call.operands()
    if (call.name === 'write' && data instanceof Uint8Array) sent.push(data)
    if (call.name === 'faccessat2') return data === '/usr/sbin/criu' ? undefined : { refused: 'ENOENT' }
    if (call.name === 'fstat') return { size: log.length }
    if (call.name === 'lseek') return 0
    if (call.name === 'waitid') return { pid: 1, status: 0, signal: undefined }
    // Nothing comes out of the pipe: criu was executed.
    if (call.name !== 'read' || String(file).includes('reading'))
      return call.name === 'read' ? new Uint8Array() : undefined
    const bytes = unread ? encodeText(log) : new Uint8Array()
    unread = false
    return bytes
  })
  const act = () =>
    converse(kernel, {
      request: 'restore',
      options: [option('shell_job', true)],
      searchPath: '/nowhere:relative:/usr/sbin',
      log: '/work/restore.log',
      heard: () => {},
      ...change,
    })
  return { act, sent, calls: () => kernel.recorded.map(({ where, call }) => `${where}: ${call}`) }
}

describe('criu', () => {
  test('is looked for in the search path and started as a worker at the other end of the socket', () => {
    const { act, calls } = play([done(42)])
    expect(act()).toBe(42)
    const kept = calls().filter((line) => line.includes('F_SETFD'))
    expect(kept).toEqual([expect.stringMatching(/^task \d+: fcntl\(\d+<theirs>, F_SETFD, 0\)$/)])
    const number = kept[0]?.match(/\((\d+)/)?.[1]
    expect(calls().join('\n')).toContain(`execveat(AT_FDCWD, "/usr/sbin/criu", ["criu", "swrk", "${number}"]`)
  })

  test('that is not there is said with what would bring it', () => {
    const { act } = play([], { searchPath: '/nowhere:relative' })
    expect(act).toThrow('the program "criu" was not found in $PATH')
    try {
      act()
    } catch (error) {
      expect(error).toMatchObject({ hint: 'install the package criu' })
    }
  })

  test('is asked once, with what is known after its start too', () => {
    const begun = (pid: number) => [option('pid', pid)]
    const { act, sent } = play([done(42)], { begun })
    act()
    const [request] = sent.map((bytes) => decode(bytes))
    expect(sent).toHaveLength(1)
    expect([request?.number(1), request?.message(2)?.number(7)]).toEqual([2, 1])
    expect(request?.message(2)?.number(2)).toBeGreaterThan(100)
  })

  test('is answered at every point that it reports', () => {
    const heard: Notice[] = []
    const said = [notice('setup-namespaces', 7), notice('post-restore', 7), done(7)]
    const { act, sent } = play(said, { heard: (told) => heard.push(told) })
    expect(act()).toBe(7)
    expect(heard.map(({ at, pid }) => [at, pid])).toEqual([
      ['setup-namespaces', 7],
      ['post-restore', 7],
    ])
    const answers = sent.slice(1).map((bytes) => decode(bytes))
    expect(answers.map((answer) => [answer.number(1), answer.number(3)])).toEqual([
      [NOTIFY, 1],
      [NOTIFY, 1],
    ])
  })

  test('gives up when something goes wrong on our side, and that is what is told', () => {
    const heard = () => {
      throw new Error('a hook failed')
    }
    const { act, sent, calls } = play([notice('setup-namespaces', 7), failed('told to stop')], { heard })
    expect(act).toThrow('a hook failed')
    expect(decode(sent[1] ?? new Uint8Array()).number(3)).toBe(0)
    expect(calls().at(-2)).toContain('waitid')
  })

  test('that fails is quoted: the errors of its log, without times', () => {
    const log = [
      '(00.000001) Version: 4.1',
      '(00.000020)      7: Error (criu/files.c:1): no such thing',
      '(00.000030) Error (criu/cr-restore.c:2): Restoring FAILED.',
    ].join('\n')
    const { act } = play([failed('less')], {}, log)
    const why = 'Error (criu/files.c:1): no such thing | Error (criu/cr-restore.c:2): Restoring FAILED.'
    expect(act).toThrow(`criu failed to restore: ${why}`)
  })

  test('that fails without a log is quoted by its answer, in one line', () => {
    expect(play([failed('Error one\nError two\n')]).act).toThrow('criu failed to restore: Error one | Error two')
  })

  test('that dies is said to', () => {
    expect(play([]).act).toThrow('criu failed to restore: it has ended without an answer')
  })
})
