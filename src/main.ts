// Where the executable begins: anew, or where it slept when a snapshot was taken of it.

import { exit } from '#ffi/calls/process.ts'
import { linux } from '#ffi/perform/linux.ts'
import { SLEEP } from './build.ts'
import { runCommandLine } from './cli/command-line.ts'

let argv: readonly string[] = process.argv.slice(2)
let anew: (() => void) | undefined
// With the addresses that it is to have; a user who types the word is told that it is no command.
if (argv[0] === SLEEP && argv.length === 3) {
  const { asleep, practise, watched } = await import('./practice.ts')
  const addresses = argv.slice(1)
  await practise(linux, addresses)
  // What comes after it happens in other processes than this.
  ;({ argv, anew } = asleep(linux, addresses))
  if (argv[0] === SLEEP && argv.length > 1) await watched(linux, argv.slice(1))
}
// exit_group(2) and not process.exit: there is nothing to tidy up, and it saves a fifth of a millisecond.
linux.here(exit(await runCommandLine(linux, argv, anew)))
