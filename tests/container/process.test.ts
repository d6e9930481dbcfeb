// The plain attributes of `process`: limits, mask, groups, no_new_privs, OOM score.
import { expect } from 'bun:test'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeConfig } from '#tests/support/bundle.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'

const statusLine = (name: string) => `grep '^${name}:' /proc/self/status | cut -f2`

/** The limits of getrlimit(2) and what /proc/PID/limits calls them, with values that differ from every default. */
const LIMITS = [
  { type: 'RLIMIT_CPU', title: 'Max cpu time', soft: 100, hard: 200 },
  { type: 'RLIMIT_FSIZE', title: 'Max file size', soft: 1_000_000, hard: 2_000_000 },
  { type: 'RLIMIT_DATA', title: 'Max data size', soft: 500_000_000, hard: 600_000_000 },
  { type: 'RLIMIT_STACK', title: 'Max stack size', soft: 4_194_304, hard: 8_388_608 },
  { type: 'RLIMIT_CORE', title: 'Max core file size', soft: 1024, hard: 2048 },
  { type: 'RLIMIT_NPROC', title: 'Max processes', soft: 500, hard: 600 },
  { type: 'RLIMIT_NOFILE', title: 'Max open files', soft: 100, hard: 200 },
  { type: 'RLIMIT_MEMLOCK', title: 'Max locked memory', soft: 65_536, hard: 131_072 },
  { type: 'RLIMIT_AS', title: 'Max address space', soft: 700_000_000, hard: 800_000_000 },
  { type: 'RLIMIT_LOCKS', title: 'Max file locks', soft: 10, hard: 20 },
  { type: 'RLIMIT_SIGPENDING', title: 'Max pending signals', soft: 30, hard: 40 },
  { type: 'RLIMIT_MSGQUEUE', title: 'Max msgqueue size', soft: 1000, hard: 2000 },
  { type: 'RLIMIT_NICE', title: 'Max nice priority', soft: 1, hard: 2 },
  { type: 'RLIMIT_RTPRIO', title: 'Max realtime priority', soft: 3, hard: 4 },
  { type: 'RLIMIT_RTTIME', title: 'Max realtime timeout', soft: 5000, hard: 6000 },
]

/** The soft and the hard value under `title` in the text of a /proc/PID/limits. */
const limitsIn = (text: string, title: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(title))
    ?.slice(26)
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map(Number)

containerTest('every kind of limit has the soft and the hard value of config.json', async (box) => {
  const own = readFileSync('/proc/self/limits', 'utf8')
  // Without CAP_SYS_RESOURCE no limit can be raised above the caller's hard one: those keep the caller's value.
  const wanted = LIMITS.map(({ type, title, soft, hard }) => {
    const most = limitsIn(own, title)?.[1] ?? 0
    return { type, title, soft: most < hard ? most : soft, hard: most < hard ? most : hard }
  })
  const rlimits = wanted.map(({ type, soft, hard }) => ({ type, soft, hard }))
  const text = readFileSync(`/proc/${await box.running({ process: { rlimits } })}/limits`, 'utf8')
  for (const { title, soft, hard } of wanted) expect(limitsIn(text, title), title).toEqual([soft, hard])
})

containerTest('the limit of the stack is there for each of many containers that are made at once', async (box) => {
  const args = ['sh', '-c', 'ulimit -s']
  const rlimits = [{ type: 'RLIMIT_STACK', soft: 1 << 20, hard: 1 << 20 }]
  const shown = Array.from({ length: 16 }, (_, i) => {
    const id = `${box.name}-${i}`
    const bundle = join(box.dir, id)
    mkdirSync(bundle)
    writeConfig(
      bundle,
      merge(defaultSpec(id), { root: { path: `${box.bundleDir}/rootfs` }, process: { args, rlimits } }),
    )
    return box.ok(['run', '--bundle', bundle, id])
  })
  expect(await Promise.all(shown)).toEqual(shown.map(() => '1024\n'))
})

containerTest('a limit may be raised to what no limit is', async (box) => {
  // 2^64 - 1 is RLIM_INFINITY, which a JSON number of JavaScript cannot write: the text is put in by hand.
  box.configure({
    process: { args: ['sh', '-c', 'ulimit -Sc; ulimit -Hc'], rlimits: [{ type: 'RLIMIT_CORE', soft: 7, hard: 7 }] },
  })
  const config = readFileSync(`${box.bundleDir}/config.json`, 'utf8').replace(/: 7\b/g, ': 18446744073709551615')
  await Bun.write(`${box.bundleDir}/config.json`, config)
  expect(await box.ok(['run', '--bundle', box.bundleDir, box.name])).toBe('unlimited\nunlimited\n')
})

containerTest('a container without rlimits has the limits of the caller', async (box) => {
  const own = await box.program(['sh', '-c', 'ulimit -Sn; ulimit -Hn'])
  expect(await box.shell('ulimit -Sn; ulimit -Hn', { process: { rlimits: null } })).toBe(own.stdout)
})

containerTest(
  'a container without rlimits has a soft limit of open files that the caller has lowered',
  async (box) => {
    box.configure({ process: { args: ['sh', '-c', 'ulimit -Sn; ulimit -Hn'], rlimits: null } })
    const script = 'ulimit -Sn 777; exec "$@"'
    const hard = (await box.program(['sh', '-c', 'ulimit -Hn'])).stdout
    expect((await box.program(['sh', '-c', script, 'sh', ...box.runArgv()])).stdout).toBe(`777\n${hard}`)
  },
  lacks('runc', 'gives the hard limit as the soft one, as its Go runtime raised it', { until: '1.1.15' }),
)

containerTest(
  'create refuses a limit of an unknown type',
  async (box) => {
    assertRefused(
      await box.create({ process: { rlimits: [{ type: 'RLIMIT_LOVE', soft: 1, hard: 1 }] } }),
      /RLIMIT_LOVE/,
    )
    expect(box.stateIds()).toEqual([])
  },
  crunLeavesCgroup,
)

containerTest(
  'create refuses a limit that is named twice',
  async (box) => {
    const rlimit = { type: 'RLIMIT_CORE', soft: 1, hard: 1 }
    const outcome = await box.create({ process: { rlimits: [rlimit, rlimit] } })
    assertRefused(outcome, /RLIMIT_CORE|duplicate/)
  },
  lacks('crun', 'takes a limit twice without a word'),
  lacks('runc', 'takes a limit twice without a word'),
)

containerTest(
  'create refuses a soft limit above the hard one',
  async (box) => {
    const outcome = await box.create({ process: { rlimits: [{ type: 'RLIMIT_CORE', soft: 2, hard: 1 }] } })
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
  },
  crunLeavesCgroup,
)

containerTest('the file mode mask is 0022 unless config.json says otherwise', async (box) => {
  box.configure({ process: { args: ['sh', '-c', 'umask'] } })
  expect((await box.program(['sh', '-c', 'umask 0077; exec "$@"', 'sh', ...box.runArgv()])).stdout).toBe('0022\n')
})

containerTest('the file mode mask is the one of config.json', async (box) => {
  expect(await box.shell('umask', { process: { user: { uid: 0, gid: 0, umask: 0o27 } } })).toBe('0027\n')
})

containerTest('the user and the group are those of config.json, in every form', async (box) => {
  const out = await box.shell("grep -E '^(Uid|Gid):' /proc/self/status", {
    process: { user: { uid: 1000, gid: 1001 } },
  })
  expect(out).toBe('Uid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001\n')
})

containerTest('the supplementary groups are those of config.json and no other', async (box) => {
  const user = { uid: 1000, gid: 1001, additionalGids: [5, 4_000_000] }
  const out = await box.shell(statusLine('Groups'), { process: { user } })
  expect(
    out
      .trim()
      .split(' ')
      .map(Number)
      .filter((gid) => gid !== 1001)
      .sort((a, b) => a - b),
  ).toEqual([5, 4_000_000])
})

containerTest('a container without supplementary groups has none of the caller', async (box) => {
  box.configure({ process: { args: ['sh', '-c', statusLine('Groups')] } })
  const { stdout } = await box.program(['setpriv', '--groups', '27,28', ...box.runArgv()])
  expect(stdout.trim()).toMatch(/^0?$/)
})

containerTest('noNewPrivileges sets the flag', async (box) => {
  expect(await box.shell(statusLine('NoNewPrivs'), { process: { noNewPrivileges: true } })).toBe('1\n')
})

containerTest('without noNewPrivileges the flag is not set', async (box) => {
  expect(await box.shell(statusLine('NoNewPrivs'), { process: { noNewPrivileges: false } })).toBe('0\n')
})

for (const noNewPrivileges of [true, false]) {
  const verb = noNewPrivileges ? 'gains no' : 'gains the'
  containerTest(`a set-user-id program ${verb} privilege with noNewPrivileges ${noNewPrivileges}`, async (box) => {
    mkdirSync(`${box.rootfs}/suid`)
    copyFileSync(`${box.rootfs}/bin/busybox`, `${box.rootfs}/suid/su`)
    chmodSync(`${box.rootfs}/suid/su`, 0o4755)
    writeFileSync(`${box.rootfs}/etc/passwd`, 'root::0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n')
    const process = {
      args: ['/suid/su', 'root', '-c', 'id -u'],
      user: { uid: 1000, gid: 1000 },
      capabilities: { bounding: ['CAP_SETUID', 'CAP_SETGID'] },
      noNewPrivileges,
    }
    const { stdout, stderr } = await box.run({ process })
    expect(stdout).toBe(noNewPrivileges ? '' : '0\n')
    if (noNewPrivileges) expect(stderr).toContain('must be suid')
  })
}

containerTest('oomScoreAdj is the one of config.json', async (box) => {
  expect(await box.shell('cat /proc/self/oom_score_adj', { process: { oomScoreAdj: 321 } })).toBe('321\n')
})

containerTest('without oomScoreAdj the container has that of the caller', async (box) => {
  const own = readFileSync('/proc/self/oom_score_adj', 'utf8')
  expect(await box.shell('cat /proc/self/oom_score_adj')).toBe(own)
})

containerTest('a container ignores no signal and blocks none', async (box) => {
  const { stdout } = await box.run({ process: { args: ['grep', '-E', '^Sig(Blk|Ign):', '/proc/self/status'] } })
  expect(stdout).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n')
})

containerTest('a container leads a session of its own', async (box) => {
  const pid = await box.running({ process: { args: ['sleep', '1000'] } })
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  expect([fields[2], fields[3]]).toEqual([String(pid), String(pid)])
})
