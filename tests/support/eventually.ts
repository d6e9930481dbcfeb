// Waits for something that another process does in its own time. The only place in the tests that sleeps.

/**
 * Calls `look` until it gives a value other than undefined or false, and gives that value.
 * Fails after `limit` milliseconds with `what` as the thing that did not come.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limit = 5_000,
): Promise<T> {
  const end = performance.now() + limit
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > end) throw new Error(`Cannot wait longer than ${limit} ms: ${what}`)
    await Bun.sleep(5)
  }
}
