// `bunc install`.

import { readlinkat } from '#ffi/calls/file.ts'
import { holdSignals } from '#src/container/signals.ts'
import type { Host } from '#src/engines/host.ts'
import { install, type Installed, type InstallOptions, isOwn, uninstall } from '#src/engines/install.ts'
import { commandFor, runningOf, systemdRuns } from '#src/engines/reload.ts'
import { readIt, readLater, takeEffect } from '#src/engines/take-effect.ts'
import { printable } from '#src/output.ts'
import type { Paint, Tone } from '#src/paint.ts'
import { variable } from '../environment.ts'
import { absolute } from '../paths.ts'
import { progress } from '../progress.ts'
import { surfaceOf } from '../terminal.ts'
import type { Of, Verb, World } from '../verb.ts'

/** Changes the settings of an engine, has it read them, and has it prove that by a container. */
export const installVerb: Verb<'install'> = (world, invocation) => {
  const { options, global } = invocation
  const { here } = world.kernel
  const asked = installOptions(world, invocation)
  using waiting = progress(here, global.log === undefined)
  const host: Host = { kernel: world.kernel, path: variable('PATH'), show: waiting.show }
  const { paint } = surfaceOf(here, 'stdout')
  const say = (line: string) => {
    waiting.clear()
    world.print(`${painted(line, paint)}\n`)
  }
  const done = options.uninstall ? uninstall(here, asked) : install(here, asked)
  const changed = done.before !== done.after
  for (const line of changed ? changes(done, asked) : [`${done.file}: nothing to change`]) say(line)
  for (const note of done.notes) say(`note: ${note}`)
  if (asked.dryRun) return 0
  if (isOwn(asked) && !options.noReload && (changed || !options.uninstall)) {
    // Whoever interrupts this ends the engine's client, and what was made for the proof is taken away.
    holdSignals()
    takeEffect(host, { ...asked, uninstall: options.uninstall, changed }, say)
  } else if (changed) say(leftAlone(host, asked, options.uninstall))
  return 0
}

function leftAlone(host: Host, { engine, file }: InstallOptions, forget: boolean): string {
  if (!isOwn({ engine, file })) return readIt(engine, commandFor(engine, forget, systemdRuns(host)))
  const running = runningOf(host, engine)
  if (running === 'stopped') return readLater(engine)
  return readIt(engine, commandFor(engine, forget, running === 'unit'))
}

const TONES: Readonly<Record<string, Tone>> = { '- ': 'bad', '+ ': 'good' }

/** What is in a file of settings is printed, but the tabs that it may be indented with are no harm. */
function painted(line: string, paint: Paint): string {
  const tone = TONES[line.slice(0, 2)]
  const text = printable(line, '\t')
  return tone === undefined ? text : paint(tone, text)
}

function installOptions(world: World, { options, operands }: Of<'install'>): InstallOptions {
  return {
    engine: operands.engine,
    file: options.config === undefined ? undefined : absolute(world, options.config),
    binary:
      options.binary === undefined
        ? world.kernel.here(readlinkat('cwd', '/proc/self/exe'))
        : absolute(world, options.binary),
    isDefault: options.default,
    dryRun: options.dryRun,
  }
}

function changes({ file, before = '', after, backup }: Installed, { dryRun }: InstallOptions): string[] {
  const verb = dryRun ? 'would be ' : ''
  if (after === undefined) return [`${file}: ${verb}removed`]
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [
    `${file}: ${verb}changed${backup === undefined ? '' : `, the text from before is in ${backup}`}`,
    ...old.filter((line) => line !== '' && !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => line !== '' && !old.includes(line)).map((line) => `+ ${line}`),
  ]
}
