// The texts in a Debian package: who it is, what it needs, who owns what, and what removes it. Formats: deb-control(5),
// deb-changelog(5), postrm in Debian Policy 6, copyright-format 1.0.

import type { Pinned } from './lockfile.ts'

const AUTHORS = 'The bunc authors'
/** The formats ask for an address, and the project publishes none: RFC 2606 keeps ".invalid" for this. */
const MAINTAINER = `${AUTHORS} <authors@bunc.invalid>`

/** The symbols of the executable are those of glibc 2.17: tests/release looks. */
const CONTROL = `Depends: libc6 (>= 2.17)
Recommends: criu, uidmap
Suggests: docker.io | containerd | podman
Section: admin
Priority: optional
Multi-Arch: foreign
Description: OCI container runtime
 bunc is the program that Docker, containerd, Podman and CRI-O call to create,
 start, signal and delete a container, as runc and crun are. Errors name the
 system call, its arguments and its errno; "bunc doctor" says what a host can
 do for containers.
 .
 No engine uses bunc until it is told to: "bunc install docker" does, and
 "bunc install --uninstall docker" takes it back.
`

/** Takes what differs between packages, `size` in KiB; gives the file "control". */
export function control({ version, arch, size }: { version: string; arch: string; size: number }): string {
  const own = [`Package: bunc`, `Version: ${version}`, `Architecture: ${arch}`, `Maintainer: ${MAINTAINER}`]
  return `${own.join('\n')}\nInstalled-Size: ${size}\n${CONTROL}`
}

/**
 * dpkg knows every file that it has installed. The directory for the state of containers is made by bunc; one that is not
 * empty belongs to containers that still run.
 */
export const POSTRM = `#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rmdir "$DPKG_ROOT/run/bunc" 2>/dev/null || true
fi
`

/** Takes the package's version and date, gives the changelog of the packaging; that of the program is its own file. */
export function changelog(version: string, date: number): string {
  const when = new Date(date * 1_000).toUTCString().replace('GMT', '+0000')
  return `bunc (${version}) unstable; urgency=medium\n\n  * Release.\n\n -- ${MAINTAINER}  ${when}\n`
}

/** Takes the version of Bun, and the packages in the executable with their licences; gives the file "copyright". */
export function copyright(bun: string, packages: readonly (Pinned & { text: string })[]): string {
  const paragraphs = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Files: *\nCopyright: ${AUTHORS}\nLicense: Apache-2.0`,
    `License: Apache-2.0\n On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.`,
    ...packages.map(({ name, version, license, text }) => {
      const head = `The executable contains ${name} ${version}, which is under the licence ${license}:`
      return `Comment:\n${[head, '', ...text.trim().split(/\r?\n/)].map(indented).join('\n')}`
    }),
    `Comment:\n${RUNTIME.map((line) => indented(line.replace('VERSION', bun))).join('\n')}`,
  ]
  return `${paragraphs.join('\n\n')}\n`
}

const RUNTIME = [
  'The executable contains the runtime of Bun VERSION, which is under the MIT licence.',
  'Bun is linked with libraries under licences of their own, among them',
  'JavaScriptCore and WebKit under the LGPL, version 2. Bun lists them, and says',
  'how to link it anew, in its file LICENSE.md: https://bun.sh/docs/project/licensing',
]

function indented(line: string): string {
  return line.trim() === '' ? ' .' : ` ${line.trimEnd()}`
}

/** What lintian would complain of, and why it is so. */
export const OVERRIDES = `# strip(1) cuts off the program, which is appended to the runtime.
bunc: unstripped-binary-or-object [usr/bin/bunc]
# The runtime is linked as Bun's makers do it.
bunc: embedded-library *
bunc: hardening-no-pie [usr/bin/bunc]
bunc: hardening-no-relro [usr/bin/bunc]
# The package is not Debian's.
bunc: initial-upload-closes-no-bugs *
`
