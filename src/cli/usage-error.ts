// What is thrown when a command line cannot be understood. It knows its own text and nothing of how it is shown.

/** The user wrote something that means nothing here. `message` is one line; the exit code is 1, as runc's. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly exitCode = 1
}
