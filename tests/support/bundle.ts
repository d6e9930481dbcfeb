// Makes a bundle: a directory with a config.json and a root file system that holds a static busybox and little else.
// Every bundle gets a copy of its own, so that what one container does to its files is seen by no other.
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const BUSYBOX = '/bin/busybox'

/** The programs of busybox that the tests name by path; the shell finds the others inside itself. */
const PROGRAMS = [
  ...['awk', 'cat', 'chmod', 'chown', 'cp', 'cut', 'date', 'dd', 'df', 'echo', 'env', 'expr', 'false', 'find', 'grep'],
  ...['head', 'hostname', 'id', 'ip', 'kill', 'linux32', 'linux64', 'ln', 'ls', 'mkdir', 'mkfifo', 'mknod', 'mount'],
  ...['mv', 'nc', 'nice', 'nproc', 'od', 'printf', 'ps', 'pwd', 'readlink', 'rm', 'rmdir', 'sed', 'seq', 'sh', 'sleep'],
  ...['sort', 'stat', 'stty', 'su', 'sync', 'tail', 'tee', 'test', 'touch', 'tr', 'true', 'tty', 'umount', 'uname'],
  ...['unshare', 'wc', 'yes'],
]

const DIRECTORIES = ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'var']

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n'
const GROUP = 'root:x:0:\nuser:x:1000:\n'

/** Makes a root file system in `path`, which must not exist. */
export function makeRootfs(path: string): void {
  mkdirSync(path)
  for (const name of DIRECTORIES) mkdirSync(join(path, name))
  chmodSync(join(path, 'tmp'), 0o1777)
  copyFileSync(BUSYBOX, join(path, 'bin/busybox'))
  for (const name of PROGRAMS) symlinkSync('busybox', join(path, 'bin', name))
  writeFileSync(join(path, 'etc/passwd'), PASSWD)
  writeFileSync(join(path, 'etc/group'), GROUP)
}

/** Writes `config` as the config.json of the bundle in `dir`; a string is written as it is, well-formed or not. */
export function writeConfig(dir: string, config: unknown): void {
  writeFileSync(join(dir, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config, null, 2))
}
