// `bunc validate`.

import { inherited } from '#ffi/perform/here.ts'
import { decodeText } from '#ffi/kinds.ts'
import { readAll } from '#src/files.ts'
import { printable } from '#src/output.ts'
import type { Paint, Tone } from '#src/paint.ts'
import { validate, type Finding } from '#src/validate/validate.ts'
import { readBundle } from '../create-options.ts'
import { absolute } from '../paths.ts'
import { shownJson, surfaceOf } from '../terminal.ts'
import type { Verb } from '../verb.ts'

/** Prints what is wrong with a config; 1 where `create` would refuse it. */
export const validateVerb: Verb<'validate'> = (world, { operands, options }) => {
  const { kernel, print } = world
  const piped = operands.bundle === '-'
  const bundle = piped ? undefined : absolute(world, operands.bundle)
  const file = bundle === undefined ? 'standard input' : `${bundle}/config.json`
  const text = piped ? decodeText(readAll(kernel.here, inherited(0, 'stdin'))) : readBundle(world, file)
  const findings = validate(kernel.here, { text, file, bundle })
  const sound = findings.every(({ severity }) => severity === 'warning')
  if (options.json) print(shownJson(kernel.here, `${JSON.stringify({ file, sound, findings }, null, 2)}\n`))
  else {
    const { paint } = surfaceOf(kernel.here, 'stdout')
    print(`${[...findings.map((one) => line(one, paint)), summary(file, findings)].join('\n')}\n`)
  }
  return sound ? 0 : 1
}

const TONES: Readonly<Record<Finding['severity'], Tone>> = { error: 'fault', warning: 'doubtful' }

function line({ severity, path, message, spec }: Finding, paint: Paint): string {
  const place = path === '' ? '' : `${paint('heading', printable(path))}: `
  return `${paint(TONES[severity], severity)}: ${place}${printable(message)} ${paint('aside', `[${spec}]`)}`
}

function summary(file: string, findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const counted = [count(errors, 'error'), count(findings.length - errors, 'warning')].filter((text) => text !== '')
  return `${printable(file)}: ${counted.length === 0 ? 'no problems' : counted.join(', ')}`
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`
}
