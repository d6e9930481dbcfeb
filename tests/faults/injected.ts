// What came of one injected fault.

/** One line of inject.ts. */
export interface Injected {
  /** Which call of the command it was, counted from 1 over bunc and its tasks. */
  readonly nth: number
  readonly call: string
  readonly errno: string
  /** The exit code, the one line, and the warnings of the command. */
  readonly code: number
  readonly message: string
  readonly warnings: readonly string[]
  /** What the command after it said, if there was one. */
  readonly later: string
  /** What a failed command that makes something has left, before anybody has tidied up. */
  readonly left: readonly string[]
  /** What was left after `delete --force`, and which descriptors of this process were. */
  readonly remains: readonly string[]
  readonly leaked: readonly string[]
}
