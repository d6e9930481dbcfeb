// The rules of `linux.seccomp`.

import type { LinuxSeccomp, SeccompAction } from '../schema/seccomp.ts'
import { each, problem, type Rule } from '../rule.ts'

const NOTIFY: SeccompAction = 'SCMP_ACT_NOTIFY'

const names: Rule<LinuxSeccomp> = {
  name: 'seccomp entries name a system call',
  spec: 'config-linux.md#seccomp',
  reads: ['syscalls'],
  check: ({ syscalls }) =>
    each(syscalls, ({ names }, index) => (names.length > 0 ? [] : problem(['syscalls', index, 'names'], 'is empty'))),
}

const errno: Rule<LinuxSeccomp> = {
  name: 'only actions that return an errno are given one',
  spec: 'config-linux.md#seccomp',
  reads: ['defaultAction', 'defaultErrnoRet', 'syscalls'],
  check: ({ defaultAction, defaultErrnoRet, syscalls }) => [
    ...(defaultErrnoRet === undefined || returnsErrno(defaultAction)
      ? []
      : problem(['defaultErrnoRet'], `${defaultAction} returns no errno`)),
    ...each(syscalls, ({ action, errnoRet }, index) =>
      errnoRet === undefined || returnsErrno(action)
        ? []
        : problem(['syscalls', index, 'errnoRet'], `${action} returns no errno`),
    ),
  ],
}

function returnsErrno(action: SeccompAction): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'
}

const notify: Rule<LinuxSeccomp> = {
  name: 'SCMP_ACT_NOTIFY leaves the runtime the calls that it needs itself',
  spec: 'config-linux.md#seccomp',
  reads: ['defaultAction', 'syscalls'],
  // The listener is handed over after the filter is in force: a filter that asks the agent about everything, or about
  // write(2), waits for an agent that cannot exist yet.
  check: ({ defaultAction, syscalls }) => [
    ...(defaultAction === NOTIFY ? problem(['defaultAction'], `${NOTIFY} cannot be the default`) : []),
    ...each(syscalls, ({ action, names }, index) =>
      action === NOTIFY && names.includes('write')
        ? problem(['syscalls', index, 'action'], `${NOTIFY} cannot be used for "write"`)
        : [],
    ),
  ],
}

const listener: Rule<LinuxSeccomp> = {
  name: 'SCMP_ACT_NOTIFY and listenerMetadata have a listenerPath',
  spec: 'config-linux.md#seccomp',
  reads: ['listenerPath', 'listenerMetadata', 'syscalls'],
  check({ listenerPath, listenerMetadata, syscalls }) {
    if (listenerPath !== '') return []
    return [
      ...(listenerMetadata === '' ? [] : problem(['listenerMetadata'], 'needs listenerPath')),
      ...each(syscalls, ({ action }, index) =>
        action === NOTIFY ? problem(['syscalls', index, 'action'], `${NOTIFY} needs listenerPath`) : [],
      ),
    ]
  },
}

export const seccompRules: readonly Rule<LinuxSeccomp>[] = [names, errno, notify, listener]
