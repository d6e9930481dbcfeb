// Mounts and roots that cannot be made.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { detached, inChroot } from '#tests/support/chroot.ts'
import { races } from '#tests/support/container-test.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES, type Mount } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

const mounting = (mount: Mount | ((box: Box) => Mount), prepare?: (box: Box) => void) =>
  running((box) => ({ mounts: [...DEFAULT_MOUNTS, typeof mount === 'function' ? mount(box) : mount] }), prepare)

const bind = (source: string, destination: string, ...options: string[]): Mount => ({
  destination,
  type: 'bind',
  source,
  options: ['bind', ...options],
})

const withFile = (box: Box) => writeFileSync(box.path('file'), '')
const withDirectory = (box: Box) => mkdirSync(box.path('directory'))

export const MOUNT_MISTAKES: readonly Mistake[] = [
  {
    title: 'The source of a mount is not there',
    provoke: mounting((box) => bind(box.path('absent'), '/data')),
    says: ['mounts[6], "bind" on "/data"', '/absent" does not exist: no such file or directory', 'on the host'],
  },
  {
    title: 'The source of a mount is a link that leads nowhere',
    provoke: mounting(
      (box) => bind(box.path('link'), '/data'),
      (box) => symlinkSync('/no/such/place', box.path('link')),
    ),
    says: ['is a link to "/no/such/place"', 'no such file or directory'],
  },
  {
    title: 'The source of a mount lies below a file',
    provoke: mounting((box) => bind(box.path('file/below'), '/data'), withFile),
    says: ['/file/below" does not exist: not a directory'],
  },
  {
    title: 'A file is mounted on a directory',
    provoke: mounting((box) => bind(box.path('file'), '/etc'), withFile),
    says: ['not a directory', 'a file cannot be mounted on the directory "/etc"'],
  },
  {
    title: 'A directory is mounted on a file',
    provoke: mounting((box) => bind(box.path('directory'), '/etc/passwd'), withDirectory),
    says: ['not a directory', 'a directory cannot be mounted on the file "/etc/passwd"'],
  },
  {
    title: 'A directory is mounted on a file of an earlier mount',
    provoke: mounting((box) => bind(box.path('directory'), '/proc/version'), withDirectory),
    says: ['"/proc/version"', 'not a directory', 'one of the two sides'],
  },
  {
    title: 'The target of a mount lies below a file',
    provoke: mounting((box) => bind(box.path('directory'), '/etc/passwd/data'), withDirectory),
    says: ['"/etc/passwd/data"', 'not a directory', 'leads through one'],
  },
  {
    title: 'The target of a mount cannot be made in /proc',
    provoke: mounting((box) => bind(box.path('directory'), '/proc/data'), withDirectory),
    says: ['"/proc/data"', 'choose another destination'],
  },
  {
    title: 'The target of a mount lies on a mount that is read-only',
    provoke: running(
      (box) => ({
        mounts: [
          ...DEFAULT_MOUNTS,
          bind(box.path('directory'), '/data', 'ro'),
          bind(box.path('directory'), '/data/below'),
        ],
      }),
      withDirectory,
    ),
    says: ['"/data/below"', 'read-only file system', 'make it in the source'],
    but: [races('crun', 'makes the mount read-only when all are made')],
  },
  {
    title: 'The target of a mount is a link that leads in a circle',
    provoke: mounting(
      (box) => bind(box.path('directory'), '/loop'),
      (box) => {
        withDirectory(box)
        symlinkSync('/loop', `${box.rootfs}/loop`)
      },
    ),
    says: ['"/loop"', 'too many levels of symbolic links', 'mend the image'],
  },
  {
    title: 'The kernel does not know the file system',
    provoke: mounting({ destination: '/data', type: 'nosuchfs', source: 'none' }),
    says: ['"nosuchfs" on "/data"', 'ENODEV', '/proc/filesystems'],
  },
  {
    title: 'A mount option is misspelt',
    provoke: mounting((box) => bind(box.path('directory'), '/data', 'rpivate'), withDirectory),
    says: ['"rpivate"', 'did you mean "rprivate"?'],
    but: [
      races('runc', 'takes it for an option of the file system, which bind mounts have not'),
      races('crun', 'takes it for an option of the file system, which bind mounts have not'),
    ],
  },
  {
    title: 'An option of a file system is unknown',
    provoke: mounting({ destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['siez=1m'] }),
    says: ['"siez=1m"', "Unknown parameter 'siez'"],
  },
  {
    title: 'An option of a file system has a wrong value',
    provoke: mounting({ destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['size=much'] }),
    says: ['"size=much"', "Bad value for 'size'"],
  },
  {
    title: 'The lower directory of an overlay is not there',
    provoke: mounting((box) => ({
      destination: '/data',
      type: 'overlay',
      source: 'overlay',
      options: [`lowerdir=${box.path('absent')}`, `upperdir=${box.rootfs}`, `workdir=${box.rootfs}`],
    })),
    says: ['"overlay" on "/data"', '/absent', 'no such file or directory', 'not there'],
  },
  {
    title: 'A disk to be mounted is not there',
    provoke: mounting({ destination: '/data', type: 'ext4', source: '/dev/no-such-disk' }),
    says: ['"ext4" on "/data"', 'no such file or directory', 'must be there'],
  },
  {
    title: 'The root is not there',
    provoke: running({ root: { path: 'rotfs' } }),
    says: ['the root "', '/rotfs"', 'no such file or directory', 'root.path'],
  },
  {
    title: 'The root is a file',
    provoke: running({ root: { path: 'config.json' } }),
    says: ['the root "', '/config.json"', 'not a directory', 'root.path'],
  },
  {
    title: 'The root is an empty directory',
    provoke: running({ mounts: [] }, (box) => {
      rmSync(box.rootfs, { recursive: true })
      mkdirSync(box.rootfs)
    }),
    says: ['executable file not found in $PATH', 'is the root empty'],
  },
  {
    title: 'The root is closed to the mapped user',
    provoke: running(
      {
        linux: {
          namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
          uidMappings: [{ containerID: 0, hostID: 300_000, size: 1000 }],
          gidMappings: [{ containerID: 0, hostID: 300_000, size: 1000 }],
        },
      },
      (box) => chmodSync(box.bundleDir, 0o700),
    ),
    says: ['the root "', 'permission denied', 'chmod o+x'],
  },
  {
    title: 'The runtime is in a chroot that is no mount',
    provoke: (box) => inChroot(box, 'directory', detached()),
    says: ['change the propagation of the mounts', 'invalid argument', 'mount --bind'],
    but: [races('crun', 'is started in a mount namespace that hides hierarchies')],
  },
]
