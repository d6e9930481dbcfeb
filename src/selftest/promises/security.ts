// What a process in a container may not do.

import type { Promised } from '../promise.ts'

const PROFILE = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
}

export const security: readonly Promised[] = [
  {
    name: 'makes the calls that its seccomp profile allows, and not those that it forbids',
    keep: (ground) => {
      ground.expect('mkdir /tmp/here')
      ground.expect('grep -q "^Seccomp:.2" /proc/self/status && echo x >/tmp/there && ! mkdir /tmp/here', (config) => ({
        ...config,
        linux: { ...config.linux, seccomp: PROFILE },
      }))
    },
  },
  {
    name: 'reads nothing from a masked path',
    keep: (ground) => {
      // What everybody could read.
      ground.expect('[ "$(cat /proc/cpuinfo)" ] && [ "$(ls /sys/class)" ]')
      ground.expect('[ -z "$(cat /proc/cpuinfo)" ] && [ -z "$(ls -A /sys/class)" ]', (config) => ({
        ...config,
        linux: { ...config.linux, maskedPaths: ['/proc/cpuinfo', '/sys/class'] },
      }))
    },
  },
  {
    name: 'writes nothing to a read-only path',
    // The value that is there: were it written, nothing would be changed.
    keep: (ground) => ground.expect('value=$(cat /proc/sys/kernel/panic) && ! echo "$value" >/proc/sys/kernel/panic'),
  },
  {
    name: 'mounts nothing without the capability to',
    keep: (ground) => ground.expect('! mount -t tmpfs none /mnt'),
  },
  {
    name: 'has the capabilities of its config and no others',
    // The ten of `bunc try`: 0, 1, 3, 4, 5, 6, 7, 8, 10 and 31.
    keep: (ground) => ground.expect('grep -q "^CapEff:.00000000800005fb$" /proc/self/status'),
  },
  {
    name: 'gains no privilege by what it executes',
    keep: (ground) => ground.expect('grep -q "^NoNewPrivs:.1$" /proc/self/status'),
  },
]
