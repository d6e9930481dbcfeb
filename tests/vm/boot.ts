// Boots a throw-away machine for one command and gives back what the command did. The image is never written, so
// machines are independent of each other and may run side by side. Knows nothing about what is tested in them.
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { getImage } from './build.ts'
import { CommandTimeout, MachineFailure, tail, type Job } from './machine.ts'
import { launchQemu, receiveFiles } from './qemu.ts'
import { launchUml } from './uml.ts'

/** What a machine may take beyond its command: booting is a matter of seconds, on a loaded host of more of them. */
const BOOT_SECONDS = 60

const ATTEMPTS = 2

/** A machine keeps one CPU busy: with more machines than CPUs each is slower, and time limits are hit for no fault. */
let idleCpus = availableParallelism()
const waiting: (() => void)[] = []

/** How a command ended in its machine, and the files that it left: removed when this is disposed of. */
export class Outcome implements Disposable {
  readonly exitCode: number
  /** Standard output and standard error together. */
  readonly output: string
  /** What the command wrote to $VM_FILES. */
  readonly files: string
  /** From the start of the machine to its end. */
  readonly seconds: number
  readonly #control: string

  constructor(control: string, result: { exitCode: number; output: string; seconds: number }) {
    this.#control = control
    this.files = `${control}/files`
    this.exitCode = result.exitCode
    this.output = result.output
    this.seconds = result.seconds
  }

  [Symbol.dispose]() {
    rmSync(this.#control, { recursive: true, force: true })
  }
}

/**
 * Boots a machine, runs one command in it and ends it. A machine that fails is tried once more, with a line about it on
 * standard error.
 * @param job the machine and the command
 * @returns the command's exit code (128 and the signal's number if a signal ended it), output and files
 * @throws CommandTimeout when the command did not end in time
 * @throws MachineFailure when two machines died or never reported
 */
export async function boot(job: Job): Promise<Outcome> {
  const image = await getImage(job.kind.arch)
  await removeStaleControls()
  await takeCpu()
  try {
    return await bootTwice(job, image)
  } finally {
    giveCpu()
  }
}

async function takeCpu() {
  if (idleCpus === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  else idleCpus--
}

function giveCpu() {
  const next = waiting.shift()
  if (next === undefined) idleCpus++
  else next()
}

async function bootTwice(job: Job, image: string): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bootOnce(job, image)
    } catch (error) {
      if (!(error instanceof MachineFailure) || attempt === ATTEMPTS) throw error
      console.error(`vm: ${error.message}\nvm: trying once more`)
    }
  }
}

async function bootOnce(job: Job, image: string): Promise<Outcome> {
  const control = await mkdtemp(`${tmpdir()}/bunc-test-vm.${process.pid}.`)
  try {
    await mkdir(`${control}/files`)
    await Bun.write(`${control}/command`, `${job.command}\n`)
    const start = { job, image, control }
    const launch = job.kind.backend === 'uml' ? launchUml(start) : await launchQemu(start)
    const ended = await runMachine(launch.argv, launch.cwd, job)
    const exitCode = await readStatus(job, control, ended)
    if (job.kind.backend === 'qemu') await receiveFiles(control)
    return new Outcome(control, { ...ended, exitCode })
  } catch (error) {
    await rm(control, { recursive: true, force: true })
    throw error
  }
}

type Ended = { readonly output: string; readonly console: string; readonly end: string; readonly seconds: number }

async function runMachine(argv: readonly string[], cwd: string, job: Job): Promise<Ended> {
  const start = performance.now()
  // Standard input stays open: QEMU's stdio loses output once its input has ended.
  const machine = Bun.spawn([...argv], { cwd, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
  const limit = job.timeoutSeconds + BOOT_SECONDS
  let end = ''
  const timer = setTimeout(() => {
    end = `no answer in ${limit} s`
    machine.kill('SIGKILL')
  }, limit * 1000)
  try {
    const streams = [collect(machine.stdout, job.onOutput), collect(machine.stderr)] as const
    const [output, console] = await Promise.all(streams)
    await machine.exited
    end ||= `${machine.signalCode ?? `exit code ${machine.exitCode}`}`
    return { output, console, end, seconds: (performance.now() - start) / 1000 }
  } finally {
    clearTimeout(timer)
    machine.kill('SIGKILL')
  }
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onText?: (text: string) => unknown) {
  let text = ''
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk
    onText?.(chunk)
  }
  return text
}

async function readStatus(job: Job, control: string, ended: Ended): Promise<number> {
  const file = Bun.file(`${control}/status`)
  const status = (await file.exists()) ? (await file.text()).trim() : ''
  if (status === 'timeout') {
    const what = `Cannot finish in the machine: the command was killed after ${job.timeoutSeconds} s`
    throw new CommandTimeout(`${what}\n${tail(ended.output, 40)}`)
  }
  const exitCode = Number.parseInt(status, 10)
  if (!Number.isNaN(exitCode)) return exitCode
  const { arch, backend } = job.kind
  const log = Bun.file(`${control}/console`)
  const kernel = ended.console + ((await log.exists()) ? await log.text() : '')
  const console = `--- end of its console\n${tail(kernel, 30)}\n--- end of its output\n${tail(ended.output, 10)}`
  throw new MachineFailure(`Cannot get a status from the ${arch} machine (${backend}): ${ended.end}\n${console}`)
}

/** A killed test run leaves its control directories; an hour later no one can be using them. */
async function removeStaleControls() {
  for (const name of await readdir(tmpdir())) {
    const owner = /^bunc-test-vm\.(\d+)\./.exec(name)?.[1]
    if (owner === undefined || (await Bun.file(`/proc/${owner}/stat`).exists())) continue
    const path = `${tmpdir()}/${name}`
    const modified = await stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    )
    if (Date.now() - modified > 3_600_000) await rm(path, { recursive: true, force: true })
  }
}
