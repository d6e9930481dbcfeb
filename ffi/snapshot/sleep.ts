// How the builder of an executable has it go to sleep: a word of its command line that is no command.

/** The first word of a process that is to sleep; the addresses of two functions follow it (snapshot/program.ts). */
export const SLEEP = 'sleep-for-a-snapshot'
