// What is mounted into a container: volumes, binds, tmpfs, devices; with what options, and who sees whose mounts.
import { expect } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { runProgram } from '#tests/support/spawn.ts'

import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'
import type { RunRow } from './suite.ts'

/** The line of a mount in /proc/self/mountinfo without the ids: what is mounted, with what options and propagation. */
function mountOf(path: string): string {
  return `awk '$5 == "${path}" { $1 = $2 = $3 = ""; print }' /proc/self/mountinfo | sed -E "s/(shared|master|propagate_from):[0-9]+/\\1:/g"`
}

const PROPAGATIONS = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared']

const SHARED_BIND = 'type=bind,source=DIR/shared'

/** Flags, relative to a directory that holds "data/file" and the file "plain". */
const BINDS: readonly { name: string; flags: readonly string[]; script: string; code?: number; shows?: RegExp }[] = [
  {
    name: '-v of a directory',
    flags: ['-v', 'DIR/data:/data'],
    script: `cat /data/file; echo new > /data/new; ${mountOf('/data')}`,
    shows: /content[^]* rw/,
  },
  {
    name: '-v of a directory, read-only',
    flags: ['-v', 'DIR/data:/data:ro'],
    script: `${mountOf('/data')}; echo new > /data/new`,
    code: 1,
    shows: / ro/,
  },
  {
    name: '-v of a file',
    flags: ['-v', 'DIR/plain:/etc/plain'],
    script: `cat /etc/plain; ${mountOf('/etc/plain')}`,
    shows: /content/,
  },
  {
    name: '-v of a file over a file',
    flags: ['-v', 'DIR/plain:/etc/passwd:ro'],
    script: 'cat /etc/passwd',
    shows: /content/,
  },
  {
    name: '-v makes a missing source and a missing target',
    flags: ['-v', 'DIR/missing/deep:/not/there/yet'],
    script: 'stat -c "%F %a %u" /not/there/yet /not/there /not',
    shows: /directory 755 0/,
  },
  {
    name: '-v onto a path below a symbolic link goes where the link leads in the image',
    flags: ['-v', 'DIR/data:/bin/../var/run/data'],
    script: 'ls /var/run/data /run/data',
    shows: /file\n[^]*file/,
  },
  {
    name: '-v inside another, whatever the order of the flags',
    flags: ['-v', 'DIR/data:/outer/inner', '-v', 'DIR:/outer'],
    script: 'ls /outer /outer/inner',
    shows: /file/,
  },
  {
    name: '-v over /dev/shm and over /etc/hosts',
    flags: ['-v', 'DIR/data:/dev/shm', '-v', 'DIR/plain:/etc/hosts'],
    script: 'ls /dev/shm; cat /etc/hosts',
    shows: /file\ncontent/,
  },
  {
    name: '--mount type=bind,readonly',
    flags: ['--mount', 'type=bind,source=DIR/data,target=/data,readonly'],
    script: `${mountOf('/data')}; touch /data/new`,
    code: 1,
    shows: / ro/,
  },
  {
    name: '--mount bind-propagation',
    flags: PROPAGATIONS.flatMap((word) => ['--mount', `${SHARED_BIND},target=/${word},bind-propagation=${word}`]),
    script: PROPAGATIONS.map((word) => mountOf(`/${word}`)).join('; '),
    shows: /private rw,relatime - .* \/rslave rw,relatime master:.* \/rshared rw,relatime shared:/s,
  },
  {
    name: '--mount bind-nonrecursive leaves out what is mounted below',
    flags: ['--mount', 'type=bind,source=DIR/shared,target=/data,bind-nonrecursive=true'],
    script: 'ls /data/below | wc -l',
    shows: /^0/,
  },
  {
    name: '-v takes with it what is mounted below',
    flags: ['-v', 'DIR/shared:/data'],
    script: 'ls /data/below',
    shows: /mounted/,
  },
  {
    name: '-v read-only leaves a mount below writable',
    flags: ['-v', 'DIR/shared:/data:ro'],
    script: 'touch /data/below/new && touch /data/new',
    code: 1,
  },
]

const ROWS: readonly RunRow[] = [
  {
    name: 'run --tmpfs mounts with its options',
    flags: ['--tmpfs', '/scratch:rw,size=1m,mode=1770,noexec,uid=1001,nr_inodes=100', '--tmpfs', '/plain'],
    command: `${mountOf('/scratch')}; ${mountOf('/plain')}; stat -c "%a %u" /scratch /plain`,
    says: /size=1024k/,
  },
  {
    name: 'run --mount type=tmpfs takes a size and a mode',
    flags: ['--mount', 'type=tmpfs,target=/scratch,tmpfs-size=65536,tmpfs-mode=0711'],
    command: `${mountOf('/scratch')}; stat -c "%a %u" /scratch`,
    says: /size=64k/,
  },
  {
    name: 'run --tmpfs over a directory with files hides them',
    flags: ['--tmpfs', '/bin/../home'],
    command: 'ls /home; stat -c %a /home',
    says: /^755$/m,
  },
  {
    name: 'run --device gives a device with the permissions asked for',
    flags: ['--device', '/dev/kmsg:/dev/messages:w', '--device', '/dev/full'],
    command: 'cd /dev; stat -c "%n %F %a %u:%g %t:%T" messages full; (: > messages) && echo writable && (: < messages)',
    code: 1,
    says: /messages character special file \d+ 0:0 1:b[^]*writable/,
    complains: /Operation not permitted/,
  },
  {
    name: 'run --device with a target in a directory of its own',
    flags: ['--device', '/dev/zero:/dev/deep/down/zero'],
    command: 'stat -c "%F %a %t:%T" /dev/deep/down/zero; stat -c "%F %a" /dev/deep',
    says: /character special file 666 1:5/,
  },
  {
    name: 'the devices of every container are there and no others',
    flags: [],
    command:
      'cd /dev; for i in *; do stat -c "%n %F %a %u:%g %t:%T" $i; readlink $i; done; stat -f -c %T /dev/pts /dev/mqueue /dev/shm',
    says: /null character special file 666 0:0 1:3/,
  },
]

/** A directory to mount from: with a file, a directory, and a shared mount that has another below it. */
async function prepare(side: Side): Promise<void> {
  for (const name of ['data', 'shared']) mkdirSync(join(side.dir, name))
  for (const name of ['data/file', 'plain']) writeFileSync(join(side.dir, name), 'content\n')
  const shared = join(side.dir, 'shared')
  const below = join(shared, 'below')
  await hostMount(side, ['mount', '-t', 'tmpfs', 'tests', shared])
  await hostMount(side, ['mount', '--make-private', shared])
  await hostMount(side, ['mount', '--make-shared', shared])
  mkdirSync(below)
  await hostMount(side, ['mount', '-t', 'tmpfs', 'tests', below])
  writeFileSync(join(below, 'mounted'), '')
}

async function hostMount(side: Side, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(side.dir, argv)
  if (code !== 0) throw new Error(`Cannot prepare the host: ${stderr}`)
}

/** Plays with a prepared directory and unmounts it again. */
async function withDirectory(side: Side, play: () => Promise<void>): Promise<void> {
  await prepare(side)
  try {
    await play()
  } finally {
    await runProgram(side.dir, ['umount', '--recursive', join(side.dir, 'shared')])
  }
}

dockerSuite('docker mounts', (suite) => {
  suite.rows(ROWS)

  for (const { name, flags, script, code, shows } of BINDS) {
    suite.same(`run ${name}`, (side) =>
      withDirectory(side, async () => {
        const resolved = flags.map((flag) => flag.replaceAll('DIR', side.dir))
        const outcome = await side.run([...resolved, IMAGE, 'sh', '-c', script])
        expect(outcome.code).toBe(code ?? 0)
        expect(outcome.stdout).toMatch(shows ?? /^/)
      }),
    )
  }

  suite.same('a mount of the host appears in a container that is its slave', (side) =>
    withDirectory(side, async () => {
      const shared = join(side.dir, 'shared')
      const name = await side.up(['--mount', `type=bind,source=${shared},target=/data,bind-propagation=rslave`])
      mkdirSync(join(shared, 'later'))
      await hostMount(side, ['mount', '-t', 'tmpfs', 'tests', join(shared, 'later')])
      expect(await side.ok(['exec', name, 'grep', '-c', '/data/later', '/proc/self/mountinfo'])).toBe('1')
      await side.ok(['rm', '--force', name])
    }),
  )

  suite.same('a mount that a container makes below a shared mount appears on the host', (side) =>
    withDirectory(side, async () => {
      const shared = join(side.dir, 'shared')
      const flags = [
        '--cap-add',
        'SYS_ADMIN',
        '--mount',
        `type=bind,source=${shared},target=/data,bind-propagation=rshared`,
      ]
      const name = await side.up(
        flags,
        `mkdir /data/up && mount -t tmpfs none /data/up && touch /data/up/seen; ${FOREVER}`,
      )
      await eventually('the mount on the host', () => Bun.file(join(shared, 'up/seen')).exists())
      await side.ok(['rm', '--force', name])
    }),
  )

  suite.same('a named volume keeps its content, and takes that of the image', async (side) => {
    const volume = side.name('volume')
    await side.ok(['volume', 'create', volume])
    await side.run(['-v', `${volume}:/home`, IMAGE, 'sh', '-c', 'ls /home; echo kept > /home/note'])
    const { stdout } = await side.run([
      '-v',
      `${volume}:/data:ro`,
      IMAGE,
      'sh',
      '-c',
      'ls /data; cat /data/note; echo > /data/new',
    ])
    expect(stdout).toBe('alice\nnote\nkept\n')
    await side.ok(['volume', 'rm', volume])
  })

  suite.same('a volume of a file system of its own is mounted', async (side) => {
    const volume = side.name('volume')
    const options = ['type=tmpfs', 'device=tmpfs', 'o=size=1m,uid=1001'].flatMap((option) => ['--opt', option])
    await side.ok(['volume', 'create', ...options, volume])
    const { stdout } = await side.run(['-v', `${volume}:/data`, IMAGE, 'sh', '-c', mountOf('/data')])
    expect(stdout).toMatch(/size=1024k/)
    await side.ok(['volume', 'rm', volume])
  })

  suite.same('run --volumes-from has the volumes of another container', async (side) => {
    const volume = side.name('volume')
    const name = await side.up(
      ['-v', `${volume}:/data`, '-v', '/anonymous'],
      `echo from the first > /data/note; ${FOREVER}`,
    )
    const flags = ['--volumes-from', `${name}:ro`]
    await side.waitFor('running', name, ({ State }) => State.Running)
    const script = 'while [ ! -e /data/note ]; do sleep 0.01; done; cat /data/note; ls -d /anonymous; touch /data/x'
    expect((await side.run([...flags, IMAGE, 'sh', '-c', script])).stdout).toBe('from the first\n/anonymous\n')
    await side.ok(['rm', '--force', '--volumes', name])
    await side.ok(['volume', 'rm', volume])
  })

  suite.same('a bind whose source is missing is refused', async (side) => {
    const flag = `type=bind,source=${side.dir}/missing,target=/data`
    expect((await side.run(['--mount', flag, IMAGE, 'true'])).code).toBe(125)
  })

  suite.same('a file cannot be mounted on a directory, nor a directory on a file', async (side) => {
    writeFileSync(join(side.dir, 'plain'), '')
    const file = await side.run(['-v', `${side.dir}/plain:/etc`, IMAGE, 'true'])
    const directory = await side.run(['-v', `${side.dir}:/etc/passwd`, IMAGE, 'true'])
    for (const outcome of [file, directory])
      expect([outcome.code, outcome.stderr]).toEqual([
        125,
        expect.stringMatching(/not a directory[^]*Are you trying to mount a directory onto a file/i),
      ])
  })
})
