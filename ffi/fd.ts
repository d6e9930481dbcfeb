// A file descriptor that somebody owns. It is closed by `using`, it is never a number outside ffi/, and it belongs to
// the process that opened it: naming another process's descriptor in a call is a mistake that throws.

/** The process whose descriptor table an Fd is an entry of, and who performs its calls. */
export interface FdOwner {
  /** Where its calls are performed, for messages. */
  readonly where: string
  close(fd: Fd): void
  /** Makes all queued calls, so that descriptors have numbers. */
  flush(): void
}

/** What knows what a descriptor is called: nearly nobody asks. */
interface Named {
  label(): string
}

/** What `state` says of a descriptor that has no number yet, never will have one, or is nobody's any more. */
export const QUEUED = -1
export const MISSING = -2
export const CLOSED = -3

/**
 * An open file. Its number may be outstanding (the call that opens it is still queued) or missing (that call failed
 * harmlessly; calls that name it are then not made).
 */
export class Fd implements Disposable {
  readonly owner: FdOwner
  private readonly named: string | Named
  /** For the performer of a batch: which of its entries opens it, for as long as it is queued. */
  entry: number | undefined = undefined
  private readonly borrowed: boolean
  private value: number
  /** Apart from the number, which may become known only after the close of it was queued, and which traces still show. */
  private over = false

  /** For performers: `number` is outstanding when left out. */
  constructor(owner: FdOwner, named: string | Named, number: number = QUEUED, borrowed = false) {
    this.owner = owner
    this.named = named
    this.value = number
    this.borrowed = borrowed
  }

  /** What was opened, for traces and messages. */
  get label(): string {
    return typeof this.named === 'string' ? this.named : this.named.label()
  }

  /** Whether the call that should have opened it failed harmlessly. Makes queued calls first. */
  get missing(): boolean {
    if (this.value === QUEUED) this.owner.flush()
    return this.value === MISSING
  }

  /** For performers: its number, QUEUED, MISSING or CLOSED. */
  get state(): number {
    return this.over ? CLOSED : this.value
  }

  /** Whether its number is known only when queued calls have been made. */
  get queued(): boolean {
    return this.value === QUEUED
  }

  /** Whether it was closed or released: no call may name it any more. */
  get closed(): boolean {
    return this.over
  }

  /** The kernel's number, for ffi/ alone. Makes queued calls first; a missing or closed one is a RangeError. */
  get number(): number {
    if (this.value === QUEUED) this.owner.flush()
    if (this.over || this.value < 0) throw new RangeError(`Descriptor of ${this.label} is not open`)
    return this.value
  }

  /** For performers: the call that opens it has been made. */
  settle(number: number | 'missing'): void {
    this.value = number === 'missing' ? MISSING : number
  }

  /** Hands the descriptor to whoever else will close it: this object forgets it. */
  release(): number {
    const { number } = this
    this.over = true
    return number
  }

  [Symbol.dispose](): void {
    if (this.over || this.value === MISSING) return
    if (!this.borrowed) this.owner.close(this)
    this.over = true
  }

  /** As strace -y shows descriptors. */
  toString(): string {
    const number = this.value >= 0 ? String(this.value) : this.value === MISSING ? 'missing' : 'new'
    return `${number}<${this.label}>`
  }
}

/** Takes an open file and what is to be done with it at once; gives the file, or closes it where that throws. */
export function ready<F extends Disposable>(file: F, prepare: (file: F) => void): F {
  try {
    prepare(file)
    return file
  } catch (error) {
    file[Symbol.dispose]()
    throw error
  }
}
