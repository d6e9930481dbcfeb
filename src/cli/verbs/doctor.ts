// `bunc doctor`.

import { canRun, diagnose, type Diagnosis } from '#src/doctor/doctor.ts'
import type { Verdict } from '#src/doctor/verdict.ts'
import type { Verb } from '../verb.ts'

/** Prints what this host can do; 1 where no container can run. */
export const doctorVerb: Verb<'doctor'> = ({ kernel, print }, { options }) => {
  const diagnoses = diagnose({ kernel, path: process.env['PATH'] })
  const sound = canRun(diagnoses)
  if (options.json) print(`${JSON.stringify({ canRun: sound, diagnoses }, null, 2)}\n`)
  else print(`${[...diagnoses.map(part), conclusion(sound)].join('\n\n')}\n`)
  return sound ? 0 : 1
}

const VERDICT_WIDTH = 'limited'.length
const SUBJECT_WIDTH = 20

function part({ part: name, verdicts }: Diagnosis): string {
  return [name, ...verdicts.flatMap(lines)].join('\n')
}

function lines({ subject, verdict, why, mend }: Verdict): readonly string[] {
  const first = `  ${verdict.padEnd(VERDICT_WIDTH)}  ${subject.padEnd(SUBJECT_WIDTH)}  ${why ?? ''}`.trimEnd()
  return mend === undefined || verdict === 'works' ? [first] : [first, `${' '.repeat(VERDICT_WIDTH + 4)}mend: ${mend}`]
}

function conclusion(sound: boolean): string {
  return sound ? 'Containers can run here.' : 'Containers cannot run here.'
}
