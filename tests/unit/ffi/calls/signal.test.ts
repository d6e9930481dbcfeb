// Signals: as people name them, as sets, and as actions of this process.

import { describe, expect, test } from 'bun:test'

import {
  defaultAction,
  EVERY_SIGNAL,
  handleSignal,
  isIgnored,
  kill,
  pidfdSendSignal,
  setSignalMask,
  signalMask,
  signalName,
  signalNumber,
  signalSet,
} from '#ffi/calls/signal.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

describe('names', () => {
  test.each([
    ['TERM', 15],
    ['SIGTERM', 15],
    ['sigkill', 9],
    ['Hup', 1],
    ['15', 15],
    ['0', 0],
    ['64', 64],
    ['RTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['RTMAX', 64],
    ['SIGRTMAX-14', 50],
  ])('%s is %i', (name, number) => {
    expect(signalNumber(name)).toBe(number)
  })

  test.each(['', 'SIG', 'TERMINATE', '65', '-1', '1.5', ' 15', 'RTMIN-1', 'RTMAX+1', 'RTMIN+31', 'SIGSIGTERM'])(
    '"%s" is no signal',
    (name) => {
      expect(signalNumber(name)).toBeUndefined()
    },
  )

  test('a number gets its name back, one without a name stays a number', () => {
    expect([signalName(15), signalName(34), signalName(0)]).toEqual(['SIGTERM', '34', '0'])
  })
})

describe('sets', () => {
  test('have one bit for each signal', () => {
    expect([...signalSet(['SIGHUP', 'SIGTERM', 'SIGSYS'])]).toEqual([1, 0x40, 0, 0x40, 0, 0, 0, 0])
    expect([...signalSet([])]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(EVERY_SIGNAL.every((byte) => byte === 0xff)).toBe(true)
  })

  test('a mask is replaced, and the old one is given', () => {
    const before = here(signalMask('BLOCK', signalSet(['SIGUSR1'])))
    const during = here(signalMask('SETMASK', before))
    expect((during[1] ?? 0) & 2).toBe(2)
    expect(here(signalMask('BLOCK', signalSet([])))).toEqual(before)
  })

  test('a mask that nobody asks back can wait in a batch', () => {
    const call = setSignalMask(signalSet(['SIGHUP']))
    expect(call.result.kind).toBe('nothing')
    expect(encoded(call).args.slice(2)).toEqual([0n, 8n, 0n, 0n])
    expect(encoded(call).bytes(1, 8)).toEqual(signalSet(['SIGHUP']))
  })
})

describe('actions', () => {
  test('an ignored signal can be told from others', () => {
    // Bun itself ignores it.
    expect(here(isIgnored('SIGPIPE'))).toBe(true)
    expect(here(isIgnored('SIGVTALRM'))).toBe(false)
  })

  test('the default is all zeros, and shown by its name', () => {
    const call = defaultAction('SIGPIPE')
    const { args, bytes } = encoded(call)
    expect([args[0], args[2], args[3]]).toEqual([13n, 0n, 8n])
    expect(bytes(1, 32)).toEqual(new Uint8Array(32))
    expect(call.show()).toBe('rt_sigaction(SIGPIPE, SIG_DFL, NULL)')
  })

  test('a handler in machine code comes with the code that returns from it, and interrupts no call', () => {
    const action = encoded(handleSignal('SIGTERM', { address: 0x1000, restorer: 0x2000 })).view(1, 32)
    const fields = [0, 8, 16, 24].map((at) => action.getBigUint64(at, true))
    expect(fields).toEqual([0x1000n, 0x1400_0000n, 0x2000n, 0n])
  })
})

test('signal 0 asks whether a process is there', () => {
  here(kill(process.pid, 0))
  expect(() => here(kill(2 ** 22 + 1, 0))).toThrow('ESRCH')
})

test('a signal reads by its name', () => {
  expect(kill(-5, 9).show()).toBe('kill(-5, SIGKILL)')
  expect(pidfdSendSignal(pretendedOwner().open('init', 3), 15).show()).toBe('pidfd_send_signal(3<init>, SIGTERM, NULL)')
})
