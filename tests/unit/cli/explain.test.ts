// `bunc explain --seccomp`: what is printed for a bundle, and what is said about questions that have no answer.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { decorated } from '#ffi/perform/kernel.ts'
import { linux } from '#ffi/perform/linux.ts'
import { without } from '#ffi/perform/without.ts'
import { parse } from '#src/cli/parse.ts'
import { runVerbOf } from '#src/cli/run-verb.ts'
import { Failure } from '#src/failure.ts'
import { configText } from '#tests/support/config-text.ts'

const scratch = mkdtempSync(join(tmpdir(), 'bunc-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const SECCOMP = {
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  syscalls: [
    { names: ['read', 'openat'], action: 'SCMP_ACT_ALLOW' },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 22,
      args: [
        { index: 1, op: 'SCMP_CMP_NE', value: 0 },
        { index: 0, op: 'SCMP_CMP_EQ', value: 17 },
      ],
    },
    {
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [8, 2 ** 32 - 1].map((value) => ({ index: 0, op: 'SCMP_CMP_EQ', value })),
    },
    { names: ['socket'], action: 'SCMP_ACT_TRAP', args: [{ index: 0, op: 'SCMP_CMP_EQ', value: 16 }] },
  ],
}

const NATIVE = process.arch === 'x64' ? 'SCMP_ARCH_X86_64' : 'SCMP_ARCH_AARCH64'
const NARROW = process.arch === 'x64' ? 'SCMP_ARCH_X86' : 'SCMP_ARCH_ARM'

/** What the command prints, run in a bundle with these changes to its config.json. */
async function printed(words: readonly string[], change: object = { 'linux.seccomp': SECCOMP }): Promise<string> {
  writeFileSync(join(scratch, 'config.json'), configText({ ...change }))
  let text = ''
  const print = (more: string) => void (text += more)
  // No ioctl, no terminal: the one that this test runs at is not to show.
  const kernel = decorated(linux, without(['ioctl']))
  const world = { kernel, cwd: scratch, store: scratch, print, warn: () => {} }
  await runVerbOf(world, parse(['explain', ...words]))
  return text
}

/** The verdicts by architecture. */
async function verdicts(...call: readonly string[]): Promise<Record<string, unknown>> {
  const list: { architecture: string }[] = JSON.parse(await printed(['--seccomp', '--json', '.', ...call]))
  return Object.fromEntries(list.map((verdict) => [verdict.architecture, verdict]))
}

describe('a verdict', () => {
  test('names the rule by its place in config.json', async () => {
    const { [NATIVE]: verdict } = await verdicts('openat')
    expect(verdict).toMatchObject({ action: 'SCMP_ACT_ALLOW', because: 'linux.seccomp.syscalls[0]' })
  })

  test('names the conditions that hold, each of them by its place', async () => {
    const { [NATIVE]: verdict } = await verdicts('clone', '0x11', '1')
    expect(verdict).toMatchObject({
      action: 'SCMP_ACT_ERRNO',
      errno: 'EINVAL',
      because: 'linux.seccomp.syscalls[1].args[0], linux.seccomp.syscalls[1].args[1]',
    })
  })

  test('is the default where no rule holds', async () => {
    const { [NATIVE]: verdict } = await verdicts('clone', '18', '1')
    expect(verdict).toMatchObject({ errno: 'EPERM', because: 'linux.seccomp.defaultAction' })
  })

  test('of a narrow architecture looks at the lower half of an argument', async () => {
    const found = await verdicts('personality', '-1')
    expect(found[NATIVE]).toMatchObject({ because: 'linux.seccomp.defaultAction' })
    expect(found[NARROW]).toMatchObject({ because: 'linux.seccomp.syscalls[2].args[1]' })
  })

  test('says that a call is newer than the profile', async () => {
    const { [NATIVE]: verdict } = await verdicts('900')
    expect(verdict).toMatchObject({
      number: 900,
      errno: 'ENOSYS',
      because: 'the call is newer than all that linux.seccomp.syscalls names',
    })
  })

  test.if(process.arch === 'x64')('says that an architecture is not named, or has no such call', async () => {
    const found = await verdicts('socketcall', '16')
    expect(found['SCMP_ARCH_X86_64']).toEqual({
      architecture: 'SCMP_ARCH_X86_64',
      because: 'SCMP_ARCH_X86_64 has no such system call',
    })
    const { SCMP_ARCH_X32: x32 } = await verdicts('read')
    expect(x32).toMatchObject({ action: 'SCMP_ACT_KILL_THREAD', because: 'linux.seccomp.architectures' })
  })

  test('is a line of a table', async () => {
    const lines = (await printed(['--seccomp', '.', 'read'])).split('\n')
    expect(lines[0]?.split(/ {3,}/)).toEqual(['ARCHITECTURE', 'NUMBER', 'ACTION', 'ERRNO', 'BECAUSE OF'])
    const cells = lines.find((line) => line.startsWith(`${NATIVE} `))?.split(/ {3,}/)
    const number = process.arch === 'x64' ? '0' : '63'
    expect(cells).toEqual([NATIVE, number, 'SCMP_ACT_ALLOW', '-', 'linux.seccomp.syscalls[0]'])
  })
})

describe('a question without an answer', () => {
  test('about a misspelt call is told the nearest name', async () => {
    const error = await printed(['--seccomp', '.', 'opnat']).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Failure)
    expect(error).toMatchObject({ hint: 'did you mean "openat"?' })
  })

  for (const [words, text] of [
    [['.', 'read'], 'A system call is explained with --seccomp'],
    [['--seccomp', '.'], 'explain --seccomp needs a system call after the bundle'],
    [['--seccomp', '.', 'read', 'x'], 'Argument "x" is not a number'],
    [['--seccomp', '.', 'read', '1', '2', '3', '4', '5', '6', '7'], '6 arguments at most'],
    [['--seccomp', 'elsewhere', 'read'], 'no such file or directory'],
  ] as const)
    test(`is refused: explain ${words.join(' ')}`, () => {
      expect(printed(words)).rejects.toThrow(text)
    })

  test('is one about a config without a profile', () => {
    expect(printed(['--seccomp', '.', 'read'], {})).rejects.toThrow('has no linux.seccomp')
  })
})
