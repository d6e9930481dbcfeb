// What a config asks of the security modules, and this host does not have.

import { CAPABILITY } from '#ffi/numbers/capability.ts'
import type { Problem } from '#src/config/problem.ts'
import { each, eachKey, problem, type Rule } from '#src/config/rule.ts'
import { shown } from '#src/config/shown.ts'
import { apparmorEnabled } from '#src/security/apparmor.ts'
import { refusedActions, systemCallNames, withoutEffect } from '#src/security/foresee.ts'
import { didYouMean, textOf, type Look } from '../look.ts'

const PROFILES = '/sys/kernel/security/apparmor/profiles'

const apparmor: Rule<Look> = {
  name: 'the AppArmor profile is loaded',
  spec: 'config.md#linux-process',
  reads: ['process.apparmorProfile'],
  check: ({ here, config }) => {
    const profile = config.process?.apparmorProfile ?? ''
    if (profile === '') return []
    const at = ['process', 'apparmorProfile']
    if (!apparmorEnabled(here))
      return problem(at, `${shown(profile)} cannot be set: AppArmor is not enabled on this host`)
    const loaded = textOf(here, PROFILES)
    const found = profile === 'unconfined' || loaded === undefined || `\n${loaded}`.includes(`\n${profile} (`)
    return found ? [] : problem(at, `${shown(profile)} is not among the profiles of "${PROFILES}"`)
  },
}

const actions: Rule<Look> = {
  name: 'the kernel knows the actions of the seccomp profile',
  spec: 'config-linux.md#seccomp',
  reads: ['linux.seccomp'],
  check: ({ here, config: { linux } }) =>
    linux.seccomp === undefined ? [] : below(refusedActions(here, linux.seccomp)),
}

function below(problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, message }) => ({
    path: path === '' ? 'linux.seccomp' : `linux.seccomp.${path}`,
    message,
  }))
}

export const securityErrors: readonly Rule<Look>[] = [apparmor, actions]

const calls: Rule<Look> = {
  name: 'every line of the seccomp profile has an effect',
  spec: 'config-linux.md#seccomp',
  reads: ['linux.seccomp'],
  check: ({ config: { linux } }) =>
    linux.seccomp === undefined ? [] : below(withoutEffect(linux.seccomp)).map(hinted),
}

/** A name of no system call may be that of another machine, or a slip. */
function hinted({ path, message }: Problem): Problem {
  const name = /^"([^"]*)" is no system call/.exec(message)?.[1]
  return { path, message: name === undefined ? message : `${message}${didYouMean(name, systemCallNames())}` }
}

const capabilities: Rule<Look> = {
  name: 'the kernel has the capabilities',
  spec: 'config.md#linux-process',
  reads: ['process.capabilities'],
  check: ({ here, config }) => {
    const last = Number(textOf(here, '/proc/sys/kernel/cap_last_cap') ?? Number.POSITIVE_INFINITY)
    const known = new Map<string, number>(Object.entries(CAPABILITY))
    return eachKey(config.process?.capabilities ?? {}, (set, names) =>
      each(names, (name, index) => {
        const at = ['process', 'capabilities', set, index]
        const number = known.get(name)
        if (number === undefined)
          return problem(at, `${shown(name)} is not a capability, and is ignored${didYouMean(name, known.keys())}`)
        return number <= last ? [] : problem(at, `${shown(name)} is newer than this kernel, and is ignored`)
      }),
    )
  },
}

export const securityWarnings: readonly Rule<Look>[] = [calls, capabilities]
