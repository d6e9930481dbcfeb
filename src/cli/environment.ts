// What bunc was started with: its environment. A copy was started with another one than the process that it is a copy of.
// Most commands ask for none of it, so a variable is looked for when somebody does.

let copied: readonly string[] | undefined

/** Takes the environment of a copy, as execve(2) passes it: NAME=value each. */
export function startCopyWith(variables: readonly string[]): void {
  copied = variables
}

/** Gives the value of a variable; undefined where there is none. */
export function variable(name: string): string | undefined {
  if (copied === undefined) return process.env[name]
  const before = `${name}=`
  return copied.findLast((text) => text.startsWith(before))?.slice(before.length)
}
