// Users, capabilities and devices that a container gets and should not have.

import { writeFileSync } from 'node:fs'

import { attack, naively, printedBy } from './attack.ts'

attack({
  name: 'CVE-2016-3697: a user of the image whose name is a number is taken for that number',
  prepare: (box) => writeFileSync(`${box.rootfs}/etc/passwd`, '1000:x:0:0:root:/root:/bin/sh\n'),
  naive: (box) => naively(box, `grep '^1000:' "$ROOTFS/etc/passwd" | cut -d: -f3`),
  bunc: async (box) => {
    await box.running()
    return box.exec(['id', '-u'], ['--user', '1000'])
  },
  harm: (_, __, given) => printedBy(given) === '0\n',
})

attack({
  name: 'CVE-2026-30892: a user that is given as one digit is taken for root',
  prepare: () => undefined,
  // strtol(3) from the second character on, as where a separator is taken for granted.
  naive: (box) => naively(box, 'user=1; user=${user#?}; echo $((user + 0))'),
  bunc: async (box) => {
    await box.running()
    return box.exec(['id', '-u'], ['--user', '1'])
  },
  harm: (_, __, given) => printedBy(given) === '0\n',
})

attack({
  name: 'CVE-2022-29162, CVE-2022-27650, CVE-2025-27612: exec --cap makes a capability inheritable',
  prepare: () => undefined,
  naive: (box) => box.program(['setpriv', '--inh-caps', '+net_raw', 'grep', '^CapInh', '/proc/self/status']),
  bunc: async (box) => {
    await box.running()
    return box.exec(['grep', '^CapInh', '/proc/self/status'], ['--cap', 'CAP_NET_RAW'])
  },
  harm: (_, __, given) => !/CapInh:\s*0+$/m.test(printedBy(given)),
})

attack({
  name: 'GHSA-g54h-m393-cpwq: without a rule that denies all devices, all devices are allowed',
  prepare: () => undefined,
  // /dev/kmsg: every host has one, and nothing of it is changed.
  naive: (box) =>
    naively(box, 'mknod "$ROOTFS/kmsg" c 1 11 && chroot "$ROOTFS" dd if=/kmsg of=/dev/null bs=9999 count=1'),
  bunc: (box) => {
    const rule = { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' }
    const capabilities = ['CAP_MKNOD', 'CAP_SYSLOG']
    return box.run({
      linux: { resources: { devices: [rule] } },
      process: {
        args: ['sh', '-c', 'mknod /kmsg c 1 11; dd if=/kmsg of=/taken bs=9999 count=1; true'],
        capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      },
    })
  },
  harm: (_, __, given) => {
    const text = typeof given === 'object' && given !== null && 'stderr' in given ? String(given.stderr) : ''
    return /^(0\+1|1\+0) records in/m.test(text)
  },
})
