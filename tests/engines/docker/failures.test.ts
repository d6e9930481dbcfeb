// What cannot be run: the exit code and the class of the message are those that people's scripts look for.
import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { dockerSuite } from './suite.ts'
import type { RunRow } from './suite.ts'

const ROWS: readonly RunRow[] = [
  {
    name: 'a command that is missing gives 127',
    flags: [],
    command: ['no-such-command'],
    code: 127,
    complains: /"?no-such-command"?.*executable file not found/,
  },
  {
    name: 'a path that is missing gives 127',
    flags: [],
    command: ['/no/such/path'],
    code: 127,
    complains: /\/no\/such\/path.*no such file or directory/,
  },
  {
    name: 'a file that is not executable gives 126',
    flags: [],
    command: ['/bin/not-executable'],
    code: 126,
    complains: /not-executable.*permission denied/,
  },
  {
    name: 'a directory gives 126',
    flags: [],
    command: ['/etc'],
    code: 126,
    complains: /\/etc.*(is a directory|permission denied)/,
  },
  {
    name: 'an entrypoint that is missing gives 127',
    flags: ['--entrypoint', '/missing'],
    command: [],
    code: 127,
    complains: /\/missing/,
  },
  {
    name: 'a user who may not search the directory of the program',
    flags: ['--user', 'alice'],
    command: ['/root/secret'],
    code: 127,
  },
  {
    name: 'a working directory that is a file is refused',
    flags: ['--workdir', '/etc/passwd'],
    command: 'true',
    code: 125,
    complains: /not a directory/,
  },
  {
    name: 'a user who is not in the image is refused',
    flags: ['--user', 'nobody-of-that-name'],
    command: 'true',
    code: 125,
    complains: /nobody-of-that-name/,
  },
  {
    name: 'a group that is not in the image is refused',
    flags: ['--group-add', 'no-such-group'],
    command: 'true',
    code: 125,
    complains: /no-such-group/,
  },
  {
    name: 'a sysctl that the kernel does not have is refused',
    flags: ['--sysctl', 'net.no.such=1'],
    command: 'true',
    code: 127,
    complains: /net.?no.?such/,
  },
  {
    name: 'a value that the kernel refuses for a sysctl is refused',
    flags: ['--sysctl', 'kernel.shm_rmid_forced=7'],
    command: 'true',
    code: 125,
    complains: /shm_rmid_forced/,
  },
  {
    name: 'an option that tmpfs does not know is refused',
    flags: ['--tmpfs', '/scratch:mode=worse'],
    command: 'true',
    code: 125,
    complains: /scratch/,
  },
  {
    name: 'a limit of memory that the process does not fit into is refused or kills it',
    flags: ['--memory', '6m'],
    command: 'tail /dev/zero',
    code: 137,
  },
  {
    name: 'a processor that the host does not have is refused',
    flags: ['--cpuset-cpus', '4000'],
    command: 'true',
    code: 125,
  },
]

dockerSuite('docker failures', (suite) => {
  suite.rows(ROWS)

  // Not compared: of runc's it is the container that ends, with code 1; bunc's does not start, and Docker says so.
  for (const [file, message] of [
    ['not-a-program', /exec format error/],
    ['lost-interpreter', /no such file or directory/],
  ] as const) {
    suite.same(`the file "${file}", which the kernel does not execute, fails with the reason`, async (side) => {
      const args = ['run', '--rm', ...side.flags([IMAGE, `/bin/${file}`])]
      const { code, stderr } = await side.daemon.docker(args)
      expect(code).not.toBe(0)
      expect(stderr).toMatch(message)
    })
  }

  suite.same('a container that cannot start stays created, says why, and can be removed', async (side) => {
    const name = side.name()
    const { code } = await side.docker(['run', '--name', name, ...side.flags([IMAGE, '/no/such/path'])])
    expect(code).toBe(127)
    const state = '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}'
    expect(await side.ok(['inspect', '--format', state, name])).toMatch(/^created 127 .*\/no\/such\/path/)
    await side.ok(['rm', name])
  })

  suite.same('a container that could not start starts once what was missing is there', async (side) => {
    const name = side.name()
    await side.docker(['run', '--name', name, ...side.flags([IMAGE, '/late', 'argument'])])
    const file = join(side.dir, 'late')
    writeFileSync(file, '#!/bin/sh\necho arrived with $1\n', { mode: 0o755 })
    await side.ok(['cp', file, `${name}:/late`])
    expect(await side.ok(['start', '--attach', name])).toBe('arrived with argument')
  })

  suite.same('the second of two containers of one name is refused, and the first goes on', async (side) => {
    const name = await side.up()
    expect((await side.docker(['run', '--name', name, ...side.flags([IMAGE, 'true'])])).code).toBe(125)
    expect(await side.ok(['inspect', '--format', '{{.State.Status}}', name])).toBe('running')
  })

  suite.same('the network of a container that has stopped cannot be joined', async (side) => {
    const name = await side.up([], 'true')
    await side.ok(['wait', name])
    expect((await side.run(['--network', `container:${name}`, IMAGE, 'true'])).code).toBe(125)
  })

  suite.same('a device that is not there is refused', async (side) => {
    expect((await side.run(['--device', '/dev/no-such-device', IMAGE, 'true'])).code).toBe(127)
  })

  suite.same('a process that was killed from outside ends the container with 137', async (side) => {
    const name = await side.up([], `echo ready; ${FOREVER}`)
    await side.waitForLog(name, /ready/)
    process.kill((await side.daemon.inspect(name)).State.Pid, 'SIGKILL')
    expect(await side.ok(['wait', name])).toBe('137')
  })
})
