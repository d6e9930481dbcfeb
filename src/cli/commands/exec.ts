// `bunc exec`: its row of the command table. Flags end at CONTAINER: what follows is the command line of the
// new process, flags and all.

import type { Command } from '../grammar.ts'
import { consoleSocket, container, detach, pidFile, pidfdSocket, preserveFds } from './common.ts'

export const exec = () =>
  ({
    group: 'inside',
    text: 'Run one more process in a container',
    about:
      'What is not said by flags or by the file of --process is taken from the process of the container. ' +
      'In the foreground the exit code is that of the process.',
    operands: {
      container,
      args: { kind: 'list', value: 'COMMAND', unless: 'process', text: 'program and its arguments' },
    },
    options: {
      process: {
        kind: 'text',
        short: 'p',
        value: 'FILE',
        text: 'JSON file with the process object of the specification',
      },
      cwd: { kind: 'text', value: 'PATH', text: 'working directory in the container' },
      env: { kind: 'list', short: 'e', value: 'NAME=VALUE', text: 'set a variable; may be repeated' },
      user: { kind: 'user', short: 'u', value: 'UID[:GID]', text: 'numbers of the user and the group' },
      'additional-gids': {
        kind: 'integers',
        short: 'g',
        value: 'GID',
        min: 0,
        text: 'one more group; may be repeated',
      },
      tty: { kind: 'flag', short: 't', text: 'give the process a terminal' },
      'console-socket': consoleSocket,
      detach,
      'pid-file': pidFile,
      'pidfd-socket': pidfdSocket,
      cap: { kind: 'list', short: 'c', value: 'CAPABILITY', text: 'add a capability; may be repeated' },
      'no-new-privs': { kind: 'flag', text: 'execve may not give more privileges' },
      apparmor: { kind: 'text', value: 'PROFILE', text: 'AppArmor profile of the process' },
      'process-label': { kind: 'text', value: 'LABEL', text: 'SELinux label of the process' },
      cgroup: {
        kind: 'list',
        value: '[CONTROLLER:]PATH',
        text: 'run in this cgroup below that of the container; may be repeated',
      },
      'preserve-fds': preserveFds,
      'ignore-paused': { kind: 'flag', text: 'enter a paused container; the process waits until "resume"' },
    },
    stopEarly: true,
    examples: [
      'exec web ps -ef',
      'exec --tty --env TERM=xterm --user 1000:1000 web sh',
      'exec --process process.json web',
    ],
    also: ['enter', 'attach'],
  }) as const satisfies Command
