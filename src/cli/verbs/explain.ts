// `bunc explain`.

import { readConfig } from '#src/config/config.ts'
import { explainSeccomp, type Verdict } from '#src/container/explain-seccomp.ts'
import { explain } from '#src/explain/explain.ts'
import { explanationText } from '#src/explain/text.ts'
import { thisHost } from '#src/explain/this-host.ts'
import { Failure } from '#src/failure.ts'
import { driver, readBundle } from '../create-options.ts'
import { absolute } from '../paths.ts'
import { table } from '../table-output.ts'
import { shownJson, surfaceOf } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { Of, Verb, World } from '../verb.ts'

/** Prints what `create` would do, 1 where it would fail; or what the profile of a bundle makes of a system call. */
export const explainVerb: Verb<'explain'> = (world, invocation) => {
  if (invocation.options.seccomp) return explainCall(world, invocation)
  if (invocation.operands.syscall !== undefined) throw new UsageError('A system call is explained with --seccomp')
  return explainCreate(world, invocation)
}

function explainCreate(world: World, { operands, options, global }: Of<'explain'>): number {
  const bundle = absolute(world, operands.bundle)
  const configText = readBundle(world, `${bundle}/config.json`)
  const config = readConfig(configText)
  const cgroupDriver = driver(global)
  if (cgroupDriver === 'systemd')
    throw new Failure('Cannot explain what systemd would do', 'leave --systemd-cgroup out to see all other calls')
  const explanation = explain(
    thisHost(world.kernel.here, { config, bundle, rootfs: absolute({ cwd: bundle }, config.root.path) }),
    {
      store: world.store,
      id: 'explained',
      bundle,
      config,
      configText,
      cgroupDriver,
      consoleSocket: config.process?.terminal === true ? '/run/console.sock' : undefined,
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      owner: '',
      warn: world.warn,
    },
  )
  const { here } = world.kernel
  if (options.json) world.print(shownJson(here, `${JSON.stringify({ bundle, ...explanation }, null, 2)}\n`))
  else world.print(explanationText(explanation, 'config.json', surfaceOf(here, 'stdout').paint))
  return explanation.error === undefined ? 0 : 1
}

const COLUMNS = ['ARCHITECTURE', 'NUMBER', 'ACTION', 'ERRNO', 'BECAUSE OF'].map((title) => ({ title }))
const MOST_ARGUMENTS = 6

/** A line for each architecture of this machine. */
function explainCall(world: World, { options, operands }: Of<'explain'>): number {
  if (operands.syscall === undefined) throw new UsageError('explain --seccomp needs a system call after the bundle')
  const call = { syscall: operands.syscall, args: numbers(operands.args) }
  const file = `${absolute(world, operands.bundle)}/config.json`
  const { seccomp } = readConfig(readBundle(world, file)).linux
  if (seccomp === undefined)
    throw new Failure(
      `Cannot explain "${call.syscall}": "${file}" has no linux.seccomp, so that every system call is allowed`,
    )
  const verdicts = explainSeccomp(seccomp, call)
  const { here } = world.kernel
  if (options.json) world.print(shownJson(here, `${JSON.stringify(verdicts, null, 2)}\n`))
  else world.print(table(surfaceOf(here, 'stdout'), COLUMNS, verdicts.map(row)))
  return 0
}

function row({ architecture, number, action, errno, because }: Verdict): string[] {
  return [architecture, String(number ?? '-'), action ?? '-', errno ?? '-', because]
}

function numbers(words: readonly string[]): bigint[] {
  if (words.length > MOST_ARGUMENTS) throw new UsageError(`A system call has ${MOST_ARGUMENTS} arguments at most`)
  return words.map((word) => {
    if (!/^-?(0x[0-9a-f]+|\d+)$/i.test(word)) throw new UsageError(`Argument "${word}" is not a number`)
    return word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word)
  })
}
