// Command lines that mean nothing, and the one line that says so: word for word, because a hint that is wrong costs
// more than none.

import { describe, expect, test } from 'bun:test'

import { program } from '#src/cli/commands.ts'
import { parseFor } from '#src/cli/parse.ts'
import { UsageError } from '#src/cli/usage-error.ts'

/** The command line is split at spaces; "''" is an empty word. */
type Case = readonly [line: string, message: string]

const unknownWords: readonly Case[] = [
  ['stat c', 'Unknown command "stat": did you mean "state"'],
  ['feat', 'Unknown command "feat": did you mean "features"'],
  ['creat c', 'Unknown command "creat": did you mean "create"'],
  ['CREATE c', 'Unknown command "CREATE": did you mean "create"'],
  ['strat c', 'Unknown command "strat": did you mean "start"'],
  ['rm c', 'Unknown command "rm": did you mean "delete"'],
  ['ls', 'Unknown command "ls": did you mean "list"'],
  ['stop c', 'Unknown command "stop": did you mean "kill"'],
  ['inspect c', 'Unknown command "inspect": did you mean "state"'],
  ['unpause c', 'Unknown command "unpause": did you mean "resume"'],
  ['hlep', 'Unknown command "hlep": did you mean "help"'],
  ['checkpointt c', 'Unknown command "checkpointt": did you mean "checkpoint"'],
  ['frobnicate', 'Unknown command "frobnicate": "bunc help" lists the commands'],
  ['toString', 'Unknown command "toString": "bunc help" lists the commands'],
  ['__proto__', 'Unknown command "__proto__": "bunc help" lists the commands'],
  ["''", 'Unknown command "": "bunc help" lists the commands'],
  ['- list', 'Unknown command "-": "bunc help" lists the commands'],
  ['help stat', 'Unknown command "stat": did you mean "state"'],
]

const unknownFlags: readonly Case[] = [
  ['--rot /r list', 'Unknown global flag "--rot": did you mean "--root"'],
  ['--log-fromat json list', 'Unknown global flag "--log-fromat": did you mean "--log-format"'],
  ['--hepl', 'Unknown global flag "--hepl": did you mean "--help"'],
  ['--bundle /b create c', 'Unknown global flag "--bundle": a flag of "create" stands after it'],
  ['--frobnicate list', 'Unknown global flag "--frobnicate": "bunc --help" lists the flags'],
  ['-x list', 'Unknown global flag "-x": "bunc --help" lists the flags'],
  ['-V', 'Unknown global flag "-V": "bunc --help" lists the flags'],
  ['list --root /r', 'Unknown flag "--root" of "list": a global flag stands before the command'],
  ['create --systemd-cgroup c', 'Unknown flag "--systemd-cgroup" of "create": a global flag stands before the command'],
  ['create --bundel /b c', 'Unknown flag "--bundel" of "create": did you mean "--bundle"'],
  ['create --bundel=/b c', 'Unknown flag "--bundel" of "create": did you mean "--bundle"'],
  ['create --pidfile /p c', 'Unknown flag "--pidfile" of "create": did you mean "--pid-file"'],
  ['create --Bundle /b c', 'Unknown flag "--Bundle" of "create": did you mean "--bundle"'],
  ['create -no-pivto c', 'Unknown flag "-no-pivto" of "create": did you mean "--no-pivot"'],
  ['exec -td c sh', 'Unknown flag "-td" of "exec": did you mean "-t -d"'],
  ['exec -it c sh', 'Unknown flag "-it" of "exec": "bunc exec --help" lists the flags'],
  ['list -qf json', 'Unknown flag "-qf" of "list": did you mean "-q -f"'],
  ['list --hlep', 'Unknown flag "--hlep" of "list": did you mean "--help"'],
  ['start --detach c', 'Unknown flag "--detach" of "start": "bunc start --help" lists the flags'],
  ['kill -9 c', 'Unknown flag "-9" of "kill": the signal stands after CONTAINER'],
  ['kill -KILL c', 'Unknown flag "-KILL" of "kill": the signal stands after CONTAINER'],
  ['list -X', 'Unknown flag "-X" of "list": "bunc list --help" lists the flags'],
  ['list --toString', 'Unknown flag "--toString" of "list": "bunc list --help" lists the flags'],
  ['list --constructor=x', 'Unknown flag "--constructor" of "list": "bunc list --help" lists the flags'],
  ['list --__proto__', 'Unknown flag "--__proto__" of "list": "bunc list --help" lists the flags'],
  ['list -=x', 'Unknown flag "-" of "list": "bunc list --help" lists the flags'],
  ['list --=x', 'Unknown flag "--" of "list": "bunc list --help" lists the flags'],
  ['list ---quiet', 'Unknown flag "---quiet" of "list": did you mean "--quiet"'],
]

const missingWords: readonly Case[] = [
  ['restore --lsm-mount-context', 'Cannot read "--lsm-mount-context" of "restore": flag needs an argument'],
  ['create --bundle', 'Cannot read "--bundle" of "create": flag needs an argument'],
  ['create c -b', 'Cannot read "-b" of "create": flag needs an argument'],
  ['--root', 'Cannot read "--root": flag needs an argument'],
  ['create', 'Missing CONTAINER of "create": usage is bunc create [FLAGS] CONTAINER'],
  ['start', 'Missing CONTAINER of "start": usage is bunc start CONTAINER'],
  ['kill --all', 'Missing CONTAINER of "kill": usage is bunc kill [FLAGS] CONTAINER [SIGNAL]'],
  ['exec', 'Missing CONTAINER of "exec": usage is bunc exec [FLAGS] CONTAINER [COMMAND...]'],
  ['exec c', 'Missing COMMAND of "exec": usage is bunc exec [FLAGS] CONTAINER [COMMAND...]'],
  ['exec c --', 'Missing COMMAND of "exec": usage is bunc exec [FLAGS] CONTAINER [COMMAND...]'],
  ['exec --process= c', 'Missing COMMAND of "exec": usage is bunc exec [FLAGS] CONTAINER [COMMAND...]'],
  ['create --pid-file c', 'Missing CONTAINER of "create": usage is bunc create [FLAGS] CONTAINER'],
  ['mounts add c', 'Missing FILE of "mounts": usage is bunc mounts add|remove CONTAINER FILE'],
  ['install', 'Missing ENGINE of "install": usage is bunc install [FLAGS] docker|containerd|podman'],
]

const extraWords: readonly Case[] = [
  ['create a b', 'Unexpected "b" after "create": usage is bunc create [FLAGS] CONTAINER'],
  ['start a b', 'Unexpected "b" after "start": usage is bunc start CONTAINER'],
  ['list a', 'Unexpected "a" after "list": usage is bunc list [FLAGS]'],
  ['features all', 'Unexpected "all" after "features": usage is bunc features'],
  ['kill c KILL --all', 'Unexpected "--all" after "kill": usage is bunc kill [FLAGS] CONTAINER [SIGNAL]'],
  ['run c ls -- -l', 'Unexpected "ls" after "run": usage is bunc run [FLAGS] CONTAINER'],
  ['state -- a --', 'Unexpected "--" after "state": usage is bunc state CONTAINER'],
]

const badValues: readonly Case[] = [
  ['--log-format jsno list', 'Cannot read "--log-format": "jsno" is not one of "text", "json" (did you mean "json"?)'],
  ['--log-format= list', 'Cannot read "--log-format": "" is not one of "text", "json"'],
  ['--rootless maybe list', 'Cannot read "--rootless": "maybe" is not one of "true", "false", "auto"'],
  [
    '--cgroup-manager systmd list',
    'Cannot read "--cgroup-manager": "systmd" is not one of "cgroupfs", "systemd", "disabled" (did you mean "systemd"?)',
  ],
  ['--debug=maybe list', 'Cannot read "--debug": "maybe" is neither "true" nor "false"'],
  ['list --quiet=', 'Cannot read "--quiet" of "list": "" is neither "true" nor "false"'],
  ['list --format yaml', 'Cannot read "--format" of "list": "yaml" is not one of "table", "json"'],
  ['create --preserve-fds two c', 'Cannot read "--preserve-fds" of "create": "two" is not a whole number'],
  ['create --preserve-fds= c', 'Cannot read "--preserve-fds" of "create": "" is not a whole number'],
  ['create --preserve-fds 1.5 c', 'Cannot read "--preserve-fds" of "create": "1.5" is not a whole number'],
  ['create --preserve-fds 0x2 c', 'Cannot read "--preserve-fds" of "create": "0x2" is not a whole number'],
  ['create --preserve-fds -1 c', 'Cannot read "--preserve-fds" of "create": "-1" is less than 0'],
  ['update --cpu-idle 2 c', 'Cannot read "--cpu-idle" of "update": "2" is more than 1'],
  ['update --blkio-weight 1001 c', 'Cannot read "--blkio-weight" of "update": "1001" is more than 1000'],
  ['update --pids-limit -2 c', 'Cannot read "--pids-limit" of "update": "-2" is less than -1'],
  [
    'update --cpu-quota 9007199254740992 c',
    'Cannot read "--cpu-quota" of "update": "9007199254740992" is more than 9007199254740991',
  ],
  [
    'update --memory lots c',
    'Cannot read "--memory" of "update": "lots" is not a size such as "512M" or "1.5G", nor "-1"',
  ],
  [
    'update --memory 1.5.5k c',
    'Cannot read "--memory" of "update": "1.5.5k" is not a size such as "512M" or "1.5G", nor "-1"',
  ],
  ['update --memory -2 c', 'Cannot read "--memory" of "update": "-2" is less than -1'],
  ['update --memory 8P c', 'Cannot read "--memory" of "update": "8P" is not less than 8 PiB; "-1" lifts the limit'],
  ['events --interval 5 c', 'Cannot read "--interval" of "events": "5" is not a duration (did you mean "5s"?)'],
  [
    'events --interval soon c',
    'Cannot read "--interval" of "events": "soon" is not a duration such as "5s" or "1m30s"',
  ],
  ['events --interval= c', 'Cannot read "--interval" of "events": "" is not a duration such as "5s" or "1m30s"'],
  ['events --interval 0s c', 'Cannot read "--interval" of "events": "0s" is not longer than nothing'],
  ['exec -u root c sh', 'Cannot read "--user" of "exec": "root" is not UID or UID:GID in numbers'],
  ['exec -u 1: c sh', 'Cannot read "--user" of "exec": "1:" is not UID or UID:GID in numbers'],
  ['exec -g wheel c sh', 'Cannot read "--additional-gids" of "exec": "wheel" is not a whole number'],
  ['exec -g -1 c sh', 'Cannot read "--additional-gids" of "exec": "-1" is less than 0'],
  ['kill c --all', 'Cannot read "SIGNAL" of "kill": "--all" is not the name or number of a signal'],
  ['kill c 65', 'Cannot read "SIGNAL" of "kill": "65" is not the name or number of a signal'],
  ['mounts ad c f', 'Cannot read "ACTION" of "mounts": "ad" is not one of "add", "remove" (did you mean "add"?)'],
]

function complaint(line: string): unknown {
  try {
    const words = line.split(' ').map((word) => (word === "''" ? '' : word))
    return parseFor(program, words)
  } catch (error) {
    return error
  }
}

const groups = { unknownWords, unknownFlags, missingWords, extraWords, badValues }

for (const [group, cases] of Object.entries(groups)) {
  describe(`bad input (${group})`, () => {
    for (const [line, message] of cases) {
      test(`"bunc ${line}" is refused with a reason`, () => {
        const error = complaint(line)
        expect(error).toBeInstanceOf(UsageError)
        expect(error).toMatchObject({ name: 'UsageError', message, exitCode: 1 })
      })
    }
  })
}

test('Every complaint is one line without a full stop', () => {
  for (const [line] of Object.values(groups).flat()) {
    const error = complaint(line)
    const text = error instanceof Error ? error.message : ''
    expect([line, /^[A-Z][^\n]*[^.\n]$/.test(text.replace(/\[COMMAND\.\.\.\]$/, ''))]).toEqual([line, true])
  }
})

test('A fault that is not the user’s comes through as it is', () => {
  const broken = {
    ...program,
    options: {
      x: {
        kind: 'text',
        text: 'x',
        get choices(): never {
          throw new RangeError('broken')
        },
      },
    },
  } as const
  expect(() => parseFor(broken, ['--x=1', 'list'])).toThrow(RangeError)
})
