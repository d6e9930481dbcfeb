// `bunc doctor`.

import { diagnose, type Diagnosis, runnable } from '#src/doctor/doctor.ts'
import type { Verdict } from '#src/doctor/verdict.ts'
import { printable } from '#src/output.ts'
import type { Paint, Tone } from '#src/paint.ts'
import { variable } from '../environment.ts'
import { progress } from '../progress.ts'
import { shownJson, surfaceOf } from '../terminal.ts'
import type { Verb } from '../verb.ts'

/** Prints what this host can do; 1 where no container can run. */
export const doctorVerb: Verb<'doctor'> = ({ kernel, print }, { options, global }) => {
  const { here } = kernel
  using waiting = progress(here, !options.json && global.log === undefined)
  const diagnoses = diagnose({ kernel, path: variable('PATH') }, (name) => waiting.show(`looking at: ${name}`))
  waiting.clear()
  const which = runnable(diagnoses)
  const canRun = which !== 'none'
  if (options.json) print(shownJson(here, `${JSON.stringify({ canRun, diagnoses }, null, 2)}\n`))
  else {
    const { paint } = surfaceOf(here, 'stdout')
    print(`${[...diagnoses.map((one) => part(one, paint)), CONCLUSIONS[which](paint)].join('\n\n')}\n`)
  }
  return canRun ? 0 : 1
}

const VERDICT_WIDTH = 'limited'.length
const SUBJECT_WIDTH = 20
const TONES: Readonly<Record<Verdict['verdict'], Tone>> = { works: 'good', limited: 'doubtful', missing: 'bad' }

function part({ part: name, verdicts }: Diagnosis, paint: Paint): string {
  return [paint('heading', name), ...verdicts.flatMap((verdict) => lines(verdict, paint))].join('\n')
}

function lines({ subject, verdict, why, mend }: Verdict, paint: Paint): readonly string[] {
  const rest = printable(`${subject.padEnd(SUBJECT_WIDTH)}  ${why ?? ''}`).trimEnd()
  const first = `  ${paint(TONES[verdict], verdict)}${' '.repeat(VERDICT_WIDTH - verdict.length)}  ${rest}`
  if (mend === undefined || verdict === 'works') return [first]
  return [first, `${' '.repeat(VERDICT_WIDTH + 4)}${paint('aside', printable(`mend: ${mend}`))}`]
}

const CONCLUSIONS: Readonly<Record<ReturnType<typeof runnable>, (paint: Paint) => string>> = {
  all: (paint) => paint('good', 'Containers can run here.'),
  'own users': (paint) => paint('doubtful', 'Containers with a user namespace can run here; all others need root.'),
  none: (paint) => paint('fault', 'Containers cannot run here.'),
}
