// The pure readers of values: what each takes, what it makes of it, and what it refuses.

import { describe, expect, test } from 'bun:test'
import { duration } from '#src/cli/duration.ts'
import { memorySize } from '#src/cli/memory-size.ts'
import { signalName } from '#src/cli/signal-name.ts'
import { UsageError } from '#src/cli/usage-error.ts'
import { userId } from '#src/cli/user-id.ts'
import { isDigits, wholeNumber } from '#src/cli/whole-number.ts'

type Reader = {
  readonly read: (text: string) => unknown
  readonly takes: readonly (readonly [text: string, value: unknown])[]
  readonly refuses: readonly string[]
}

const READERS: Readonly<Record<string, Reader>> = {
  'memorySize()': {
    read: memorySize,
    takes: [
      ['0', 0],
      ['512', 512],
      ['32b', 32],
      ['1k', 1024],
      ['1K', 1024],
      ['1kb', 1024],
      ['1KiB', 1024],
      ['64M', 64 * 1024 ** 2],
      ['64 mib', 64 * 1024 ** 2],
      ['1.5g', 1.5 * 1024 ** 3],
      ['0.5k', 512],
      ['1.05k', 1075],
      ['2t', 2 * 1024 ** 4],
      ['7p', 7 * 1024 ** 5],
      ['-1', -1],
      ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ],
    refuses: [
      ...['', ' ', '-', '-2', '-1k', '--1', '+1', 'k', 'M', '.5k', '1.', '1.k', '1..5k', '1.5.5k', '1x', '1kk', '1bb'],
      ...['1bib', '1ki', '1e3', '0x10', '1,5g', '12 34', '1_000', '8p', '9007199254740992', 'Infinity', 'NaN', '٣'],
    ],
  },
  'duration()': {
    read: duration,
    takes: [
      ['5s', 5000],
      ['1m30s', 90_000],
      ['1h', 3_600_000],
      ['1.5s', 1500],
      ['.5s', 500],
      ['100ms', 100],
      ['1h0m0.5s', 3_600_500],
      ['500us', 0.5],
      ['500\u00b5s', 0.5],
      ['500\u03bcs', 0.5],
      ['1000ns', 0.001],
    ],
    refuses: [
      '',
      '5',
      '0',
      '0s',
      '-5s',
      '+5s',
      's',
      's5s',
      '5 s',
      '5S',
      '5d',
      '5sm',
      '1..5s',
      '.s',
      '5s5',
      'forever',
      '5toString',
    ],
  },
  'userId()': {
    read: userId,
    takes: [
      ['0', { uid: 0, gid: undefined }],
      ['1', { uid: 1, gid: undefined }],
      ['1000:100', { uid: 1000, gid: 100 }],
      ['4294967294:4294967294', { uid: 4294967294, gid: 4294967294 }],
    ],
    refuses: [
      ...['', ':', '1:', ':1', 'root', '1:wheel', '1:2:3', '-1', '1:-1', '+1', '1.0', ' 1', '1 ', '0x1', '1e3', '01'],
      ...['4294967295', '4294967296', '1:4294967295', '99999999999999999999', '１'],
    ],
  },
  'signalName()': {
    read: signalName,
    takes: [
      ['9', 9],
      ['0', 0],
      ['64', 64],
      ['-9', 9],
      ['KILL', 'KILL'],
      ['SIGKILL', 'KILL'],
      ['sigkill', 'KILL'],
      ['Term', 'TERM'],
      ['-usr1', 'USR1'],
      ['SIGRTMIN+3', 'RTMIN+3'],
      ['rtmax-1', 'RTMAX-1'],
    ],
    refuses: [
      '',
      '-',
      '--',
      '--all',
      '65',
      '99',
      '-65',
      '09',
      '1.5',
      '9x',
      'SIG',
      'SIG9',
      '+HUP',
      'KILL HUP',
      'KILL\n',
      'K\u0130LL',
    ],
  },
  'wholeNumber()': {
    read: (text) => wholeNumber(text, { min: -1, max: 100 }),
    takes: [
      ['0', 0],
      ['7', 7],
      ['100', 100],
      ['-1', -1],
    ],
    refuses: ['', '-', '-2', '101', '+1', '01', '-0', '-01', '1.0', '1e1', '0x1', ' 1', '1 ', '--1', '٣', 'NaN'],
  },
}

for (const [name, { read, takes, refuses }] of Object.entries(READERS)) {
  describe(name, () => {
    for (const [text, value] of takes) {
      test(`reads "${text}"`, () => {
        expect(read(text)).toEqual(value)
      })
    }

    for (const text of refuses) {
      test(`refuses ${JSON.stringify(text)} and quotes it`, () => {
        let caught: unknown
        try {
          read(text)
        } catch (error) {
          caught = error
        }
        expect(caught).toBeInstanceOf(UsageError)
        expect(caught instanceof Error && caught.message.startsWith(`"${text}" is `)).toBe(true)
      })
    }
  })
}

test('userId() never makes of any short text a user that it does not spell', () => {
  const letters = ['0', '1', '9', ':', '-', '+', ' ', 'a', '.']
  const texts = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)))
  for (const text of texts) {
    try {
      const { uid, gid } = userId(text)
      expect(gid === undefined ? `${uid}` : `${uid}:${gid}`).toBe(text)
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
    }
  }
})

test('isDigits() takes ASCII digits without a leading zero alone', () => {
  expect(['0', '10', '123'].every(isDigits)).toBe(true)
  expect(['', '00', '01', '1a', '1/', '1:'].some(isDigits)).toBe(false)
})
