// The command line of runc 1.5, written down by hand and not derived from our table: a caller of runc must find every
// flag of every command that is offered here, with the same letter, taking a value or not.

import { describe, expect, test } from 'bun:test'
import { program } from '#src/cli/commands.ts'
import type { Options } from '#src/cli/grammar.ts'

/** "b/bundle=" is --bundle with the letter b and a value; "keep" is --keep, on or off. */
const GLOBAL = 'debug log= log-format= root= systemd-cgroup rootless= h/help v/version'

const COMMANDS: Readonly<Record<string, string>> = {
  create: 'b/bundle= console-socket= pidfd-socket= pid-file= no-pivot no-new-keyring preserve-fds=',
  run: 'b/bundle= console-socket= pidfd-socket= d/detach keep pid-file= no-subreaper no-pivot no-new-keyring preserve-fds=',
  start: '',
  state: '',
  kill: 'a/all',
  delete: 'f/force',
  exec:
    'console-socket= pidfd-socket= cwd= e/env= t/tty u/user= g/additional-gids= p/process= d/detach pid-file= ' +
    'process-label= apparmor= no-new-privs c/cap= preserve-fds= cgroup= ignore-paused',
  list: 'f/format= q/quiet',
  ps: 'f/format=',
  pause: '',
  resume: '',
  update:
    'r/resources= blkio-weight= cpu-period= cpu-quota= cpu-burst= cpu-share= cpu-rt-period= cpu-rt-runtime= ' +
    'cpuset-cpus= cpuset-mems= kernel-memory= kernel-memory-tcp= memory= memory-reservation= memory-swap= ' +
    'pids-limit= l3-cache-schema= mem-bw-schema= cpu-idle=',
  spec: 'b/bundle= rootless',
  features: '',
  events: 'interval= stats',
  checkpoint:
    'image-path= work-path= parent-path= leave-running tcp-established tcp-skip-in-flight link-remap ext-unix-sk ' +
    'shell-job lazy-pages status-fd= page-server= file-locks pre-dump manage-cgroups-mode= empty-ns= auto-dedup',
  restore:
    'console-socket= image-path= work-path= tcp-established ext-unix-sk shell-job file-locks manage-cgroups-mode= ' +
    'b/bundle= d/detach pid-file= no-subreaper no-pivot empty-ns= auto-dedup lazy-pages lsm-profile= lsm-mount-context=',
}

/** What crun has on top, of what people use. */
const CRUN: Readonly<Record<string, string>> = {
  create: 'f/config= no-subreaper',
  run: 'f/config=',
  kill: 'r/regex',
  delete: 'r/regex',
  spec: 'f/file=',
  checkpoint: 'network-lock=',
  restore: 'tcp-close network-lock=',
  mounts: '',
}

const CRUN_GLOBAL = 'cgroup-manager= log-level='

function spelled(options: Options): string[] {
  return Object.entries(options).map(([name, { short, kind }]) => {
    return `${short === undefined ? '' : `${short}/`}${name}${kind === 'flag' ? '' : '='}`
  })
}

function missing(options: Options | undefined, wanted: string): string[] {
  const have = options === undefined ? [] : spelled(options)
  return wanted.split(' ').filter((flag) => flag !== '' && !have.includes(flag))
}

test('No global flag of runc is missing', () => {
  expect(missing(program.options, GLOBAL)).toEqual([])
})

test('No global flag of crun that people use is missing', () => {
  expect(missing(program.options, CRUN_GLOBAL)).toEqual([])
})

for (const [peer, flags] of [
  ['runc', COMMANDS],
  ['crun', CRUN],
] as const) {
  describe(`${peer} ${Object.keys(flags).length} commands`, () => {
    for (const [name, wanted] of Object.entries(flags)) {
      test(`No flag of "${peer} ${name}" is missing`, () => {
        const command = Object.entries(program.commands).find(([key]) => key === name)
        expect(command?.[0]).toBe(name)
        expect(missing(command?.[1].options, wanted)).toEqual([])
      })
    }
  })
}

test('Every command of runc and crun is offered', () => {
  const offered: readonly string[] = Object.keys(program.commands)
  const known = [...Object.keys(COMMANDS), ...Object.keys(CRUN)]
  expect(known.filter((name) => !offered.includes(name))).toEqual([])
})

test('A flag that is missing would be noticed', () => {
  expect(missing({ bundle: { kind: 'text', text: 'x' } }, 'b/bundle= keep')).toEqual(['b/bundle=', 'keep'])
})
