// File systems that containers are made of, each made once in a mount namespace that ends with its task.

import { fsconfigCreate, fsconfigString, fsmount, fsopen } from '#ffi/calls/mount.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { throwAwayRoot } from '#src/container/overlay.ts'
import { cutOff } from '#src/rootfs/pivot.ts'
import { type Probe, tried } from '../verdict.ts'

/** A directory that every host has, to mount upon where nobody sees it. */
const PLACE = '/sys'

/** Type, and whether no container goes without. */
const TYPES = [
  ['proc', true],
  ['tmpfs', true],
  ['sysfs', false],
  ['devpts', false],
  ['mqueue', false],
] as const

/** Mounts one of each. */
export const filesystemsProbe: Probe = ({ kernel }) => [
  ...TYPES.map(([type, needed]) =>
    tried({ subject: type, needed, mend: `modprobe ${type}` }, () => {
      using task = kernel.task({ namespaces: ['NEWNS', 'NEWPID', 'NEWIPC', 'NEWNET'] })
      using fs = task.sys(fsopen(type))
      if (type === 'devpts') task.sys(fsconfigString(fs, 'ptmxmode', '0666'))
      task.sys(fsconfigCreate(fs))
      using mount = task.sys(fsmount(fs, ['NOSUID']))
      void mount
      task.sys.flush()
    }),
  ),
  // Without a mend of its own: it depends on the errno.
  tried({ subject: 'overlay' }, () => overlay(kernel)),
]

function overlay(kernel: Kernel): void {
  using task = kernel.task({ namespaces: ['NEWNS'] })
  cutOff(task.sys, 'rprivate')
  throwAwayRoot(task.sys, '/', PLACE)
  task.sys.flush()
}
