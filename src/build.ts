// What is known of this build; compile.ts sets it.

declare const BUNC_VERSION: string | undefined
declare const BUNC_COMMIT: string | undefined

/** Version of this program, from package.json. */
export const VERSION = typeof BUNC_VERSION === 'undefined' ? '0.0.0-uncompiled' : BUNC_VERSION
/** Commit that it was compiled from, where that is known. */
export const COMMIT = typeof BUNC_COMMIT === 'undefined' || BUNC_COMMIT === '' ? undefined : BUNC_COMMIT
/** Version of the runtime specification that it implements. */
export const SPEC_VERSION = '1.3.0'

/**
 * The first word of a process that is to sleep, so that a snapshot can be taken of it (src/snapshot); the addresses of two
 * functions follow it. Of a copy, the first word of one that is to sleep when it has done the command that follows. No
 * command has that name.
 */
export const SLEEP = 'sleep-for-a-snapshot'
