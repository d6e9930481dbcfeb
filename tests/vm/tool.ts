// Runs the host's programs for the image builder and the machines: the command line, the error when one fails, and the
// enclosure that leaves nothing behind. Knows nothing about machines.

/**
 * Runs a program to its end.
 * @param argv the program and its arguments
 * @param cwd working directory
 * @returns its standard output
 * @throws Error with the end of its standard error when it does not exit with 0
 */
export async function tool(argv: readonly string[], cwd = '/'): Promise<string> {
  const child = Bun.spawn([...argv], {
    cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, complaint] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  if (child.exitCode === 0) return output
  const end = child.signalCode ?? `exit code ${child.exitCode}`
  throw new Error(`Cannot run "${argv.slice(0, 4).join(' ')}": ${end}\n${complaint.trim().slice(-2000)}`)
}

/**
 * A command line that takes its mounts and all its processes with it when it ends, and that ends when its parent does,
 * SIGKILL included: private mount and pid namespaces, held together by parent death signals. Must be ended with
 * SIGKILL: unshare(1) blocks the others while it waits.
 * @param argv what to run inside, as process 1
 */
export function enclosed(argv: readonly string[]): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc']
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...namespaces, ...argv]
}
