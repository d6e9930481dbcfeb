// The commands that make a process and therefore read a config: the larger half of the program, one chunk of the
// executable.

export { createVerb } from './verbs/create.ts'
export { execVerb } from './verbs/exec.ts'
export { runVerb } from './verbs/run.ts'
