// `bunc install`.

import { readlinkat } from '#ffi/calls/file.ts'
import { type Engine, ENGINES } from '#src/engines/engines.ts'
import { install, type Installed, type InstallOptions, uninstall } from '#src/engines/install.ts'
import { statIfThere } from '#src/files.ts'
import { printable } from '#src/output.ts'
import type { Paint, Tone } from '#src/paint.ts'
import { absolute } from '../paths.ts'
import { surfaceOf } from '../terminal.ts'
import type { Of, Verb, World } from '../verb.ts'

/** Changes the settings of an engine, and says how the engine is made to read them. */
export const installVerb: Verb<'install'> = (world, invocation) => {
  const { options, operands } = invocation
  const asked = installOptions(world, invocation)
  const done = options.uninstall ? uninstall(world.kernel.here, asked) : install(world.kernel.here, asked)
  const lines = done.before === done.after ? [`${done.file}: nothing to change`] : changes(done, asked)
  if (done.before !== done.after && !asked.dryRun) {
    const systemd = statIfThere(world.kernel.here, '/run/systemd/system') !== undefined
    const { reload, forget = reload }: Engine = ENGINES[operands.engine]
    lines.push(`to make ${operands.engine} read it: ${(options.uninstall ? forget : reload)[systemd ? 0 : 1]}`)
  }
  const { paint } = surfaceOf(world.kernel.here, 'stdout')
  world.print(
    [...lines, ...done.notes.map((note) => `note: ${note}`)].map((line) => `${painted(line, paint)}\n`).join(''),
  )
  return 0
}

const TONES: Readonly<Record<string, Tone>> = { '- ': 'bad', '+ ': 'good' }

/** What is in a file of settings is printed, but the tabs that it may be indented with are no harm. */
function painted(line: string, paint: Paint): string {
  const tone = TONES[line.slice(0, 2)]
  const text = printable(line, '\t')
  return tone === undefined ? text : paint(tone, text)
}

function installOptions({ kernel, cwd }: World, { options, operands }: Of<'install'>): InstallOptions {
  return {
    engine: operands.engine,
    file: options.config === undefined ? undefined : absolute(cwd, options.config),
    binary:
      options.binary === undefined ? kernel.here(readlinkat('cwd', '/proc/self/exe')) : absolute(cwd, options.binary),
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
