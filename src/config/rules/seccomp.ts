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

/**
 * What is called between the installation of the filter and the moment at which the agent has the listener: it is the
 * agent that would have to answer. src/security/seccomp/notify.ts says why it is no more than this.
 */
const BEFORE_THE_AGENT: readonly string[] = ['futex']

const notify: Rule<LinuxSeccomp> = {
  name: 'SCMP_ACT_NOTIFY leaves the runtime the calls that it needs itself',
  spec: 'config-linux.md#seccomp',
  reads: ['defaultAction', 'syscalls'],
  check: ({ defaultAction, syscalls }) => [
    ...(defaultAction === NOTIFY
      ? problem(['defaultAction'], `${NOTIFY} cannot be the default: no agent could ever be reached`)
      : []),
    ...each(syscalls, ({ action, names }, index) => {
      const early = action === NOTIFY ? names.find((name) => BEFORE_THE_AGENT.includes(name)) : undefined
      const reason = 'it is called before the agent can answer'
      return early === undefined
        ? []
        : problem(['syscalls', index, 'action'], `${NOTIFY} cannot be used for "${early}": ${reason}`)
    }),
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
