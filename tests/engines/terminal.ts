// A person at a terminal: runs a client on a pseudo-terminal of its own, types into it, waits for what it shows.
// A client that neither ends nor shows what is waited for is killed after its time.
import { eventually } from '#tests/support/eventually.ts'
import { SEARCH_PATH } from '#tests/support/spawn.ts'
import { FILE_VARIABLE, RUN_VARIABLE } from '#tests/support/stragglers.ts'

/** Columns and rows. */
export type Size = readonly [cols: number, rows: number]

const LIMIT = 30_000

/** By these the runner knows the processes of a test. */
const MARKS = Object.fromEntries(
  [RUN_VARIABLE, FILE_VARIABLE].map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined),
)

export class TerminalSession implements AsyncDisposable {
  readonly #child: Bun.Subprocess
  readonly #closed = Promise.withResolvers<void>()
  readonly #timer: Timer
  readonly #decoder = new TextDecoder()
  #shown = ''

  constructor(argv: readonly string[], [cols, rows]: Size, env: Readonly<Record<string, string>> = {}) {
    const data = (_: Bun.Terminal, bytes: Uint8Array) => {
      this.#shown += this.#decoder.decode(bytes, { stream: true })
    }
    // The terminal must be the child's alone: while this process holds it open, too, its end is never told.
    const terminal = { cols, rows, data, exit: () => this.#closed.resolve() }
    this.#child = Bun.spawn([...argv], { terminal, env: { PATH: SEARCH_PATH, TERM: 'xterm', ...MARKS, ...env } })
    this.#timer = setTimeout(() => this.#giveUp(), LIMIT)
  }

  /** All that the terminal has shown so far. */
  get shown(): string {
    return this.#shown
  }

  /** Types `text`. */
  type(text: string): void {
    this.#child.terminal?.write(text)
  }

  /** Gives the terminal another size; the client gets SIGWINCH, as from a terminal emulator. */
  resize([cols, rows]: Size): void {
    this.#child.terminal?.resize(cols, rows)
    this.#child.kill('SIGWINCH')
  }

  /** Waits until `pattern` is on the screen, after what was there at `from`. */
  async shows(pattern: RegExp, from = 0): Promise<void> {
    await eventually(`${pattern} on a terminal`, () => pattern.test(this.#shown.slice(from)), LIMIT / 2).catch(
      (error) => {
        throw new Error(`${error.message}; it shows ${JSON.stringify(this.#shown)}`)
      },
    )
  }

  /** Waits for the client's end and gives its exit code, 128 plus the number of the signal where one ended it. */
  async end(): Promise<number> {
    const code = await this.#child.exited
    clearTimeout(this.#timer)
    // What it has written last may still be on its way.
    await this.#closed.promise
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
    clearTimeout(this.#timer)
    this.#child.terminal?.close()
  }

  #giveUp(): void {
    this.#child.kill('SIGKILL')
    this.#closed.resolve()
  }
}
