// Help as it is read: two texts word for word, and what holds for all of them.

import { describe, expect, test } from 'bun:test'

import { program } from '#src/cli/commands.ts'
import { help } from '#src/cli/help.ts'

const KILL = `bunc kill: Send a signal to the process of a container

Usage: bunc kill [FLAGS] CONTAINER [SIGNAL]

SIGNAL is a number or a name, with or without "SIG", in any case.

Arguments:
  CONTAINER  name of the container
  [SIGNAL]   name or number of the signal (default: TERM)

Flags:
  -a, --all    signal every process of the container; one that has stopped is no
               error
  -r, --regex  take CONTAINER as a regular expression and act on all that match

Examples:
  bunc kill web
  bunc kill web KILL
  bunc kill --all web 9
`

const SPEC = `bunc spec: Write a config.json to begin with

Usage: bunc spec [FLAGS]

Flags:
  -b, --bundle DIR  directory of the bundle: config.json and the root filesystem
                    (default: .)
  -f, --file FILE   write this file instead of config.json
      --rootless    for a container that an unprivileged user runs

Examples:
  bunc spec --bundle /srv/web
  bunc spec --rootless
`

const names = Object.keys(program.commands)

describe('help()', () => {
  test('explains "kill" word for word', () => {
    expect(help('kill')).toBe(KILL)
  })

  test('explains "spec" word for word', () => {
    expect(help('spec')).toBe(SPEC)
  })

  test('lists every command that is offered, and no other', () => {
    const text = help()
    const listed = text.split('\n').flatMap((line) => /^ {2}([a-z]+) {2}/.exec(line)?.[1] ?? [])
    expect(listed.sort()).toEqual(
      'create start run state checkpoint restore kill delete exec list ps events pause resume update mounts spec features doctor selftest snapshot install explain validate try completion man'
        .split(' ')
        .sort(),
    )
  })

  test('lists every global flag', () => {
    const text = help()
    for (const flag of Object.keys(program.options)) expect(text).toContain(`--${flag} `)
  })

  test('says from which kernel on a flag works', () => {
    expect(help('update').replace(/\s+/g, ' ')).toContain('(since Linux 5.14)')
  })

  test('does not show hidden flags', () => {
    expect(help('update')).not.toContain('kernel-memory')
    expect(help('create')).not.toContain('subreaper')
  })

  test('takes an unknown topic for none', () => {
    expect(help('nothing')).toBe(help())
    expect(help('toString')).toBe(help())
  })

  for (const name of [undefined, ...names]) {
    test(`keeps to 80 columns and ends with one newline: ${name ?? 'the program'}`, () => {
      const text = help(name, program)
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true)
      expect(text).not.toMatch(/undefined|\n\n\n| \n/)
    })
  }
})
