// Privileges: users, capabilities, seccomp, no_new_privs, masked paths; what a container may not do, it is seen failing.
import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { grantsEveryCapability } from '../capabilities.ts'
import { IMAGE } from './image.ts'
import { dockerSuite } from './suite.ts'
import type { RunRow } from './suite.ts'

const PRIVILEGES = 'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)" /proc/self/status'

/** What an ordinary container must not be allowed; each line is an attempt and its exit code. */
const ATTEMPTS = `
attempt() { "$@" > /dev/null 2> /tmp/why; echo "$* = $? $(head -n 1 /tmp/why)"; }
attempt mount -t tmpfs none /mnt
attempt mount -t proc proc /mnt
attempt umount /proc/keys
attempt mknod /tmp/sda b 8 0
attempt mknod /tmp/null c 1 3
attempt unshare -m true
attempt unshare -U true
attempt unshare -n true
attempt chroot / true
attempt hostname other
attempt dmesg
attempt nice -n -5 true
attempt chown 7:7 /tmp/null
attempt ip link add dummy0 type dummy
attempt ip link set lo down
attempt sh -c ': > /proc/sys/kernel/domainname'
attempt sh -c ': > /sys/kernel/mm/transparent_hugepage/enabled'
attempt sh -c ': < /proc/kcore'
attempt cat /proc/timer_list
attempt ls /sys/firmware
attempt linux32 uname -m
attempt sh -c 'ulimit -n 2000000'
attempt swapon /tmp/null
attempt kill -0 1
attempt setpriv --nnp true
attempt ping -c 1 -W 1 127.0.0.1
`

const ROWS: readonly RunRow[] = [
  {
    name: 'an ordinary container has the privileges of any',
    flags: [],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /CapEff:\t00000000a80425fb/,
  },
  {
    name: 'a user has no capabilities in effect',
    flags: ['--user', 'alice'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /CapEff:\t0{16}/,
  },
  {
    name: 'run --cap-drop ALL leaves none',
    flags: ['--cap-drop', 'ALL'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /CapBnd:\t0{16}/,
  },
  {
    name: 'run --cap-drop ALL --cap-add adds one',
    flags: ['--cap-drop', 'ALL', '--cap-add', 'NET_RAW', '--cap-add', 'CHOWN'],
    command: PRIVILEGES,
    says: /CapEff:\t0{12}2001/,
  },
  {
    name: 'run --cap-add SYS_ADMIN lets a container mount, and the filter follows',
    flags: ['--cap-add', 'SYS_ADMIN'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /mount -t tmpfs none \/mnt = 0/,
  },
  {
    name: 'run --cap-add for a user who is not root',
    flags: ['--user', 'alice', '--cap-add', 'NET_ADMIN'],
    command: PRIVILEGES,
    says: /CapBnd/,
  },
  {
    name: 'run --privileged for a user who is not root',
    flags: ['--privileged', '--user', 'alice'],
    command: `${PRIVILEGES}; mount -t tmpfs none /mnt`,
    code: 1,
    says: /Seccomp:\t0/,
  },
  {
    name: 'run --security-opt no-new-privileges sets the flag',
    flags: ['--security-opt', 'no-new-privileges', '--user', 'alice'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /NoNewPrivs:\t1/,
  },
  {
    name: 'run --security-opt seccomp=unconfined installs no filter',
    flags: ['--security-opt', 'seccomp=unconfined'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /Seccomp:\t0/,
  },
  {
    name: 'run --security-opt apparmor=unconfined and label=disable change nothing here',
    flags: ['--security-opt', 'apparmor=unconfined', '--security-opt', 'label=disable'],
    command: `${PRIVILEGES}; cat /proc/self/attr/current; true`,
    says: /Seccomp:\t2/,
  },
  {
    name: 'run --security-opt systempaths=unconfined masks nothing',
    flags: ['--security-opt', 'systempaths=unconfined'],
    command:
      'grep -c " /proc/" /proc/mounts; grep -c "_ses.$(hostname)" /proc/keys; cut -c1-20 /proc/timer_list | head -n 1',
    says: /^0\n1\nTimer List/,
  },
  {
    name: 'run --read-only refuses to write, but into the mounts for it',
    flags: ['--read-only', '--tmpfs', '/scratch'],
    command: 'touch /scratch/a && touch /dev/shm/b && touch /dev/c; touch /file',
    code: 1,
    complains: /Read-only file system/,
  },
  {
    name: 'the paths that the engine masks cannot be read, the read-only ones not written',
    flags: [],
    command: `for path in /proc/kcore /proc/keys /proc/timer_list /proc/scsi /proc/acpi /proc/asound /sys/firmware; do
      [ -e $path ] && echo "$path $(stat -c '%F %a %t' $path) $(ls $path | wc -l) $(cat $path 2>/dev/null | wc -c)"
    done
    for path in /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger; do touch $path; done`,
    code: 1,
    says: /\/proc\/keys character special file 666 1 1 0\n[^]*\/sys\/firmware directory (1777|555) 0 0 0/,
    complains: /Read-only file system/,
  },
]

const USE_PRIVILEGES =
  'mount -t tmpfs none /mnt && umount /mnt && unshare -m true && ls /sys/firmware && mknod /tmp/d b 8 0; echo $?'

/** Where the host grants every capability. */
const WITH_ALL: readonly RunRow[] = [
  {
    name: 'run --cap-add ALL gives every capability that the engine knows',
    flags: ['--cap-add', 'ALL'],
    command: `${PRIVILEGES}${ATTEMPTS}`,
    says: /CapEff:\t0000\w{2}f{9}/,
  },
  {
    name: 'run --privileged has every privilege',
    flags: ['--privileged'],
    command: `${PRIVILEGES}; ${USE_PRIVILEGES}`,
    says: /Seccomp:\t0\n[^]*^0$/m,
  },
]

/** Where it does not. */
const WITHOUT_ALL: readonly RunRow[] = [
  {
    name: 'run --privileged fails for root where the host itself lacks a capability',
    flags: ['--privileged'],
    command: 'true',
    code: 125,
    complains: /EPERM|operation not permitted/i,
  },
  {
    name: 'run --cap-add of all but the lacking capability gives the others',
    flags: ['--cap-add', 'ALL', '--cap-drop', 'SYS_RESOURCE', '--security-opt', 'seccomp=unconfined'],
    command: `${PRIVILEGES}${ATTEMPTS}${USE_PRIVILEGES}`,
    says: /CapEff:\t000000\w{2}feffffff/,
  },
]

/** One rule of a profile in Docker's format. */
function rule(names: readonly string[], action: string, more: Record<string, unknown> = {}) {
  return { names, action, args: [], ...more }
}

/** Profiles that allow all but what their rules say, and a script that runs into the rules. */
const PROFILES: readonly { name: string; syscalls: readonly object[]; script: string; shows: RegExp }[] = [
  {
    name: 'SCMP_ACT_ERRNO refuses a call',
    syscalls: [rule(['mkdir', 'mkdirat'], 'SCMP_ACT_ERRNO')],
    script: 'mkdir /tmp/a; echo $?',
    shows: /^mkdir: can't create directory '\/tmp\/a': Operation not permitted/m,
  },
  {
    name: 'SCMP_ACT_ERRNO with a number refuses a call with that error',
    syscalls: [rule(['mkdir', 'mkdirat'], 'SCMP_ACT_ERRNO', { errnoRet: 28 })],
    script: 'mkdir /tmp/a; echo $?',
    shows: /No space left on device/,
  },
  {
    name: 'SCMP_ACT_KILL ends the thread that calls',
    syscalls: [rule(['mkdir', 'mkdirat'], 'SCMP_ACT_KILL')],
    script: 'mkdir /tmp/a; echo $?',
    shows: /^159$/m,
  },
  {
    name: 'SCMP_ACT_TRAP sends SIGSYS',
    syscalls: [rule(['mkdir', 'mkdirat'], 'SCMP_ACT_TRAP')],
    script: 'mkdir /tmp/a; echo $?',
    shows: /^159$/m,
  },
  {
    name: 'SCMP_ACT_LOG allows a call',
    syscalls: [rule(['mkdir', 'mkdirat'], 'SCMP_ACT_LOG')],
    script: 'mkdir /tmp/a; echo $?',
    shows: /^0$/m,
  },
  {
    name: 'arguments are compared: one mode of chmod is refused, another is not',
    syscalls: [
      rule(['chmod'], 'SCMP_ACT_ERRNO', { args: [{ index: 1, value: 0o777, op: 'SCMP_CMP_EQ' }] }),
      rule(['fchmodat'], 'SCMP_ACT_ERRNO', { args: [{ index: 2, value: 0o777, op: 'SCMP_CMP_EQ' }] }),
    ],
    script: 'touch /tmp/a; chmod 700 /tmp/a; echo $?; chmod 777 /tmp/a; echo $?',
    shows: /^0\n.*not permitted\n1$/m,
  },
  {
    name: 'arguments are compared behind a mask: only set-user-id modes are refused',
    syscalls: [
      rule(['chmod'], 'SCMP_ACT_ERRNO', {
        args: [{ index: 1, value: 0o4000, valueTwo: 0o4000, op: 'SCMP_CMP_MASKED_EQ' }],
      }),
      rule(['fchmodat'], 'SCMP_ACT_ERRNO', {
        args: [{ index: 2, value: 0o4000, valueTwo: 0o4000, op: 'SCMP_CMP_MASKED_EQ' }],
      }),
    ],
    script: 'touch /tmp/a; chmod 755 /tmp/a; echo $?; chmod 4755 /tmp/a; echo $?',
    shows: /^0\n.*not permitted\n1$/m,
  },
  {
    name: 'names that no kernel knows are passed over',
    syscalls: [rule(['no_such_call', 'mkdir', 'mkdirat'], 'SCMP_ACT_ERRNO')],
    script: 'mkdir /tmp/a; echo $?',
    shows: /^1$/m,
  },
]

dockerSuite('docker privileges', (suite) => {
  suite.rows([...ROWS, ...(grantsEveryCapability ? WITH_ALL : WITHOUT_ALL)])

  for (const { name, syscalls, script, shows } of PROFILES) {
    suite.same(`run --security-opt seccomp=FILE: ${name}`, async (side) => {
      const file = join(side.dir, 'profile.json')
      const architectures = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']
      writeFileSync(file, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', architectures, syscalls }))
      const outcome = await side.run(['--security-opt', `seccomp=${file}`, IMAGE, 'sh', '-c', `(${script}) 2>&1`])
      expect(outcome.stdout).toMatch(shows)
    })
  }
})
