// What is wrong with a file, as data, and the one error that carries it. Every text about a bad config is built from
// these; nothing here knows a field of the specification.

/** One thing wrong at one place of a JSON document. */
export type Problem = {
  /** Where, as `mounts[3].options[1]`; empty for the document as a whole. */
  readonly path: string
  /** The state that it is in, as `"rbnd" is not a mount option`. */
  readonly message: string
  /** The section of the runtime-spec that says so, as `config.md#mounts`. */
  readonly spec?: string
}

/** As many as one line of an engine's log can bear. */
const MOST_SHOWN = 10

/** Thrown when a file cannot be used; `message` is one line, as engines keep only the last line of stderr. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** All that was found, in the order of the checks. Never empty. */
  readonly problems: readonly Problem[]

  /** Takes the name of the file as its user knows it, and what is wrong with it. */
  constructor(file: string, problems: readonly Problem[]) {
    super(`Cannot use ${file}: ${summary(problems)}`)
    this.problems = problems
  }
}

/** Takes the keys that lead to a value, gives the path as errors print it: `linux.sysctl["net.core.somaxconn"]`. */
export function pathOf(keys: readonly (string | number)[]): string {
  let path = ''
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`
    else if (!/^[A-Za-z_]\w*$/.test(key)) path += `[${JSON.stringify(key)}]`
    else path += path === '' ? key : `.${key}`
  }
  return path
}

function summary(problems: readonly Problem[]): string {
  const lines = problems
    .slice(0, MOST_SHOWN)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  if (problems.length > MOST_SHOWN) lines.push(`and ${problems.length - MOST_SHOWN} more`)
  return problems.length === 1 ? lines.join('') : `${problems.length} problems: ${lines.join('; ')}`
}
