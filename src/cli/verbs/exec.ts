// `bunc exec`.

import { readProcess } from '#src/config/config.ts'
import type { Process } from '#src/config/schema/process.ts'
import { holdSignals } from '#src/container/signals.ts'
import { exec } from '#src/container/exec.ts'
import { Failure } from '#src/failure.ts'
import { checkDescriptors, readGiven } from '../create-options.ts'
import { absolute } from '../paths.ts'
import type { Of, Verb, World } from '../verb.ts'

/** Runs one more process; in the foreground the exit code is that of the process. */
export const execVerb: Verb<'exec'> = (world, invocation) => {
  const { options, operands } = invocation
  // From the first moment: a signal to bunc is meant for the process, even if that is not there yet.
  if (!options.detach) holdSignals()
  checkDescriptors(world, options.preserveFds)
  const ending = exec(world.kernel, {
    store: world.store,
    id: operands.container,
    process: processOf(world, invocation),
    cgroup: options.cgroup,
    detach: options.detach,
    consoleSocket: options.consoleSocket === undefined ? undefined : absolute(world, options.consoleSocket),
    pidfdSocket: options.pidfdSocket === undefined ? undefined : absolute(world, options.pidfdSocket),
    pidFile: options.pidFile === undefined ? undefined : absolute(world, options.pidFile),
    preserveFds: options.preserveFds,
    ignorePaused: options.ignorePaused,
  })
  return ending?.status ?? 0
}

/** Gives what makes a process out of the container's own: the file of --process, or the flags. */
export function processOf(world: World, { options, operands }: Of<'exec'>): (own: Process) => Process {
  const { process: file } = options
  if (file === undefined) return (own) => changed(own, options, operands.args)
  const given = readProcess(readGiven(world, absolute(world, file)))
  return () => given
}

function changed(own: Process, options: Of<'exec'>['options'], args: readonly string[]): Process {
  const { user, additionalGids, cap } = options
  const { consoleSize: _, ...rest } = own
  if (options.cwd?.startsWith('/') === false) throw new Failure(`--cwd "${options.cwd}" is not an absolute path`)
  const nameless = options.env.find((variable) => variable.indexOf('=') < 1)
  if (nameless !== undefined) throw new Failure(`--env "${nameless}" is not of the form NAME=VALUE`)
  return {
    ...rest,
    args,
    terminal: options.tty,
    cwd: options.cwd ?? own.cwd,
    env: [...own.env, ...options.env],
    user: {
      ...own.user,
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid ?? 0 }),
      additionalGids: [...own.user.additionalGids, ...additionalGids],
    },
    capabilities: cap.length === 0 ? own.capabilities : withCapabilities(own, cap),
    noNewPrivileges: options.noNewPrivs || own.noNewPrivileges,
    apparmorProfile: options.apparmor ?? own.apparmorProfile,
    selinuxLabel: options.processLabel ?? own.selinuxLabel,
  }
}

/**
 * Capabilities are added to the sets that the process uses. Never to the inheritable one, and to the ambient one only
 * where the config has it inheritable: a file with capabilities would gain them otherwise (CVE-2022-29162).
 */
function withCapabilities({ capabilities }: Process, names: readonly string[]): Process['capabilities'] {
  const wanted = names.map((name) => (name.startsWith('CAP_') ? name : `CAP_${name}`).toUpperCase())
  const add = (set: readonly string[]) => [...new Set([...set, ...wanted])]
  const { bounding, effective, permitted, inheritable, ambient } = capabilities
  const raised = wanted.filter((name) => inheritable.includes(name))
  return {
    bounding: add(bounding),
    effective: add(effective),
    permitted: add(permitted),
    inheritable,
    ambient: [...new Set([...ambient, ...raised])],
  }
}
