// The words in which the command table is written, and the types that a parsed command line gets from them.
// A row of the table is the one place where a flag is described: parser, help, completion and man page read it there.
// Types only: this file costs nothing at start-up. It refuses to know any command.

/** A user given as numbers; `gid` is undefined where only a uid was given. */
export type User = { readonly uid: number; readonly gid: number | undefined }

/** What one value of each kind becomes. Sizes are bytes (-1: no limit), durations milliseconds. */
type Kinds = {
  readonly text: string
  readonly integer: number
  readonly size: number
  readonly duration: number
  readonly user: User
  /** A number, or a name in capitals without "SIG". */
  readonly signal: number | string
}

/** The kinds of which a row holds many values. */
type Lists = { readonly list: readonly string[]; readonly integers: readonly number[] }

/** A kind whose value is one word. */
export type Kind = keyof Kinds
/** A kind that is given once per value. */
export type ListKind = keyof Lists

type Row = {
  /** One line for help, completion and man page. */
  readonly text: string
  /** The only words that are taken. */
  readonly choices?: readonly string[]
  /** What stands where nothing was given, written as a user would write it. */
  readonly default?: string
  /** Bounds of an integer, both included. */
  readonly min?: number
  readonly max?: number
}

/** A flag of a command or of the program; the table's key is its long name. */
export type Option = Row & {
  readonly kind: 'flag' | Kind | ListKind
  readonly short?: string
  /** The name of its value in help: "DIR", "FILE"… Completion takes its meaning from it. */
  readonly value?: string
  /** Works, but is not shown: kept for callers of other runtimes. */
  readonly hidden?: true
  /** What the host must have at least, such as "Linux 5.14". */
  readonly since?: string
}

/** A word that stands by its place; the table's key is the name in the code. A list takes all that is left. */
export type Operand = Row & {
  readonly kind: 'text' | 'signal' | 'list'
  readonly value: string
  readonly optional?: true
  /** The long name of the flag that makes this operand needless. */
  readonly unless?: string
}

/** Flags by their long names. */
export type Options = Readonly<Record<string, Option>>
/** Operands by their names in the code, in the order in which they stand. */
export type Operands = Readonly<Record<string, Operand>>

/** The headings under which help shows the commands; their texts stand in spelling.ts. */
export type Group = 'life' | 'inside' | 'limits' | 'look' | 'host'

/** A row of the table: one command. */
export type Command = {
  readonly group: Group
  /** One line, in the imperative. */
  readonly text: string
  /** A paragraph for `help COMMAND` and the man page. */
  readonly about?: string
  readonly operands: Operands
  readonly options: Options
  /** Flags end at the first operand: what follows is not ours to read. */
  readonly stopEarly?: true
  /** Command lines that work as they stand, without the program's name. */
  readonly examples: readonly string[]
  /** Words of other tools for the same thing; they only make a better "did you mean". */
  readonly also?: readonly string[]
  readonly hidden?: true
}

/** The whole table. */
export type Program = {
  readonly name: string
  readonly text: string
  readonly options: Options
  readonly commands: Readonly<Record<string, Command>>
}

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S

type Single<R> = R extends { choices: readonly (infer C)[] }
  ? C
  : R extends { kind: infer K extends Kind }
    ? Kinds[K]
    : never

type Absent<R> = R extends { default: string } ? never : undefined

type OptionValue<R extends Option> = R extends { kind: 'flag' }
  ? boolean
  : R extends { kind: infer K extends ListKind }
    ? Lists[K]
    : Single<R> | Absent<R>

type OperandValue<R extends Operand> = R extends { kind: 'list' }
  ? readonly string[]
  : Single<R> | (R extends { optional: true } ? Absent<R> : never)

/** The values of a set of flags: `'pid-file'` of the table is `pidFile` here. */
export type OptionValues<O extends Options> = {
  readonly [N in keyof O & string as Camel<N>]: OptionValue<O[N]>
}

/** The values of the operands of a command. */
export type OperandValues<O extends Operands> = { readonly [N in keyof O & string]: OperandValue<O[N]> }

/** A command line that was understood: a union discriminated by `command`. */
export type Invocation<P extends Program> =
  | {
      [N in keyof P['commands'] & string]: {
        readonly command: N
        readonly global: OptionValues<P['options']>
        readonly options: OptionValues<P['commands'][N]['options']>
        readonly operands: OperandValues<P['commands'][N]['operands']>
      }
    }[keyof P['commands'] & string]
  | {
      readonly command: 'help'
      readonly global: OptionValues<P['options']>
      readonly topic: (keyof P['commands'] & string) | undefined
    }
  | { readonly command: 'version'; readonly global: OptionValues<P['options']> }
