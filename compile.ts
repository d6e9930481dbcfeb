// Makes the one executable: our code as bytecode inside the Bun runtime that package-lock.json pins, for the host or for
// any other target. The flags and the patches see to it that no file of the current directory and no variable of the
// environment decides what bunc runs, for it runs as root in directories that an image's author may have filled.
//
//   bun compile.ts [--target linux-amd64|linux-arm64|linux-amd64-musl|linux-arm64-musl|all]... [--outdir dist]
//   bun compile.ts --release [--outdir dist]     all of them, Debian packages, a bill of materials, checksums

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'

import { fewChunks } from '#.ci/chunks.ts'
import {
  applyPatch,
  characters,
  ENGINE_PREFIX,
  NEVER_COMPILED,
  type Patch,
  withoutEnginePrefixOnX64,
} from '#src/snapshot/engine.ts'

const ROOT = import.meta.dir
/** npm's own folder for such things; `npm ci` empties it. */
const CACHE = join(ROOT, 'node_modules/.cache/bunc')
/** Bun writes the name of the output file into it, so the bytes would differ if the name did. */
const NAME = 'bunc'

/** What can be built: the words of Bun and those of the program, which are the ones of OCI images (GOARCH). */
export const TARGETS = {
  'linux-amd64': { bun: 'bun-linux-x64', runtime: '@oven/bun-linux-x64', arch: 'amd64', libc: 'glibc' },
  'linux-arm64': { bun: 'bun-linux-arm64', runtime: '@oven/bun-linux-aarch64', arch: 'arm64', libc: 'glibc' },
  'linux-amd64-musl': { bun: 'bun-linux-x64-musl', runtime: '@oven/bun-linux-x64-musl', arch: 'amd64', libc: 'musl' },
  'linux-arm64-musl': {
    bun: 'bun-linux-arm64-musl',
    runtime: '@oven/bun-linux-aarch64-musl',
    arch: 'arm64',
    libc: 'musl',
  },
} as const

/** A name of `--target`. */
export type TargetName = keyof typeof TARGETS
/** What a binary was built for. */
export type Platform = Pick<(typeof TARGETS)[TargetName], 'arch' | 'libc'>

/**
 * Takes the architecture, gives the patches that cut the runtime off from its environment; process.env stays whole, for
 * Bun fills it from `environ`. LD_* and GLIBC_TUNABLES stay active: the dynamic loader obeys them before Bun begins.
 */
export function patches(arch: Platform['arch']): readonly Patch[] {
  return [
    withoutGetenv(),
    arch === 'amd64' ? withoutEnginePrefixOnX64() : withoutEnginePrefixOnArm64(),
    // The code (x86-64) or the constants (AArch64) that follow tell this text, with which names are made, from others.
    withoutName('the prefix MIMALLOC_', arch === 'amd64' ? 'mimalloc\x4c\x89' : 'mimalloc\x10\x11'),
    // Looked up in a map of all variables; Bun complains on standard error of a value that it does not like.
    withoutName('BUN_CONFIG_MAX_HTTP_REQUESTS', 'BUN_CONFIG_MAX_HTTP_REQUESTS'.repeat(2)),
    withoutSetrlimit(),
  ]
}

/**
 * BUN_BE_BUN turns the executable into the bun command line, BUN_OPTIONS loads files into it, BUN_INSPECT opens a debugger,
 * JavaScriptCoreUseJIT=0 takes the FFI away, and each release of Bun has others. All are looked up by getenv(3), so that
 * import is bound to another function of the same shape: atol(3) of a text that begins with no digit is 0, which is NULL.
 */
function withoutGetenv(): Patch {
  return { what: 'the import of getenv', find: bytes('\0getenv\0'), replace: bytes('\0atol\0\0\0') }
}

/**
 * Bun raises RLIMIT_NOFILE to its hard limit when it begins, and forgets what it was; containers would inherit that. The
 * call is bound to its harmless twin.
 */
function withoutSetrlimit(): Patch {
  // Its neighbours tell the name that the dynamic loader reads from the one that debuggers read.
  const name = (first: string) => bytes(`\0${first}etrlimit\0localtime_r\0atan2f\0tanf\0`)
  return { what: 'the import of setrlimit', find: name('s'), replace: name('g') }
}

/** The same walk on AArch64: `cmp w10, #c; b.ne next; ldrb w10, [x9, #k+1]`. The first condition becomes "always". */
function withoutEnginePrefixOnArm64(): Patch {
  const find = characters(ENGINE_PREFIX, (c, k) => [
    ...(k === 0 ? [] : word(0x39400000 | (k << 10) | (9 << 5) | 10)),
    ...word(0x7100001f | (c << 10) | (10 << 5)),
    ...word(0x54000001 | (((-8 - 3 * k) & 0x7ffff) << 5)),
  ])
  return { what: `the prefix ${ENGINE_PREFIX}`, find, replace: find.with(4, 0x0e) }
}

/** What is looked up gets a name with an equals sign in it, which no variable has. */
function withoutName(what: string, text: string): Patch {
  return { what, find: bytes(text), replace: bytes(text).with(0, '='.charCodeAt(0)) }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function word(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)
}

/** Takes an executable, gives what it runs on: e_machine of the ELF header, and the loader that it names. */
export function platformOf(image: Buffer): Platform {
  const machine = image.readUInt16LE(18)
  const arch = machine === 62 ? 'amd64' : machine === 183 ? 'arm64' : undefined
  const loader = /\0\/lib\d*\/(ld-linux|ld-musl)-[\w-]+\.so\.\d\0/.exec(image.toString('latin1', 0, 4096))?.[1]
  if (arch === undefined || loader === undefined)
    throw new Error('Cannot use the Bun runtime: not an executable for Linux')
  return { arch, libc: loader === 'ld-musl' ? 'musl' : 'glibc' }
}

const Lockfile = v.object({
  packages: v.record(v.string(), v.object({ version: v.string(), integrity: v.optional(v.string()) })),
})

/** Takes a package's name, gives its pinned version and the checksum of its archive ("sha512-…"). */
export function pinned(name: string): { version: string; integrity: string } {
  const { packages } = v.parse(Lockfile, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')))
  const { version, integrity } = packages[`node_modules/${name}`] ?? {}
  if (version === undefined || integrity === undefined) throw new Error(`Cannot find "${name}" in package-lock.json`)
  return { version, integrity }
}

/**
 * The Bun runtime for a target, as npm has verified it. npm installs the host's package alone (os, cpu and libc of the
 * others differ), and its postinstall script moves the program to node_modules/bun, so the others are fetched here.
 */
function runtimeFor(target: TargetName): Buffer {
  const { runtime, arch, libc } = TARGETS[target]
  const { version } = pinned(runtime)
  // Bytecode belongs to one version of the engine.
  if (Bun.version !== version)
    throw new Error(`Cannot compile with Bun ${Bun.version}: package-lock.json pins ${version}`)
  const folder = join(ROOT, 'node_modules', runtime)
  const installed = [join(folder, 'bin/bun'), join(ROOT, 'node_modules/bun/bin/bun.exe')].find(existsSync)
  const image = existsSync(folder) && installed !== undefined ? readFileSync(installed) : fetchRuntime(runtime)
  const found = platformOf(image)
  if (found.arch !== arch || found.libc !== libc)
    throw new Error(`Cannot build ${target}: "${runtime}" is for ${found.arch} with ${found.libc}`)
  return image
}

/** Through npm, so that the user's own registry and proxy are asked; Bun's own download checks nothing. */
function fetchRuntime(name: string): Buffer {
  const { version, integrity } = pinned(name)
  const archive = join(CACHE, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
  if (!existsSync(archive)) {
    mkdirSync(CACHE, { recursive: true })
    output(['npm', 'pack', '--silent', `--pack-destination=${CACHE}`, `${name}@${version}`])
  }
  verifyArchive(archive, integrity)
  return output(['tar', '-xzOf', archive, 'package/bin/bun'])
}

/** Takes a file and its checksum as npm writes it. Fails, and removes the file, where they do not agree. */
export function verifyArchive(path: string, integrity: string): void {
  const actual = `sha512-${new Bun.CryptoHasher('sha512').update(readFileSync(path)).digest('base64')}`
  if (actual === integrity) return
  rmSync(path)
  throw new Error(`Cannot trust "${path}": its checksum is ${actual}, package-lock.json says ${integrity}`)
}

function output(argv: readonly string[]): Buffer {
  const { success, stdout, stderr } = Bun.spawnSync([...argv], { cwd: ROOT, stdin: 'ignore' })
  if (!success) throw new Error(`Cannot run "${argv.join(' ')}": ${stderr.toString().trim()}`)
  return stdout
}

/** Takes words of git, gives its answer; undefined where it has none. */
function git(...words: string[]): string | undefined {
  const { success, stdout } = Bun.spawnSync(['git', '-C', ROOT, ...words], { stderr: 'ignore' })
  return success ? stdout.toString().trim() : undefined
}

function isClone(): boolean {
  return git('rev-parse', '--show-prefix') === ''
}

/** The commit, with a mark where files differ from it; undefined in a tree that is no clone of its own. */
function commit(): string | undefined {
  if (!isClone()) return undefined
  const changes = git('status', '--porcelain', '--untracked-files=no')
  const hash = git('rev-parse', '--verify', 'HEAD')
  return hash === undefined || changes === '' ? hash : `${hash}-dirty`
}

/** The version in package.json, which is the one of everything that is built. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return v.parse(v.object({ version: v.string() }), manifest).version
}

/**
 * What the code can ask of its build, by `declare const`; what is not known here is not declared there. The place for
 * anything else that is to be computed once, at build time.
 */
function constants(target: TargetName): Record<string, string> {
  const { arch, libc } = TARGETS[target]
  const known = { BUNC_VERSION: version(), BUNC_COMMIT: commit(), BUNC_ARCH: arch, BUNC_LIBC: libc }
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
  )
}

/** Writes the executable to `outfile`, whose last part must be NAME. `runtime` is the patched one. */
async function bundle(target: TargetName, runtime: string, outfile: string): Promise<void> {
  await Bun.build({
    entrypoints: [join(ROOT, 'src/main.ts')],
    target: 'bun',
    format: 'esm',
    // A command that is imported when asked for costs the others nothing at start-up.
    splitting: true,
    plugins: [fewChunks(ROOT)],
    minify: true,
    bytecode: true,
    // An import that is only known at run time could only mean a file outside the executable.
    allowUnresolved: [],
    define: constants(target),
    compile: {
      target: TARGETS[target].bun,
      executablePath: runtime,
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      execArgv: ['--disallow-code-generation-from-strings=strict', '--no-addons', '--no-ffi-cc'],
      jitPolicy: NEVER_COMPILED,
    },
  })
}

/** Builds one target into `file`, which another process may be running meanwhile: it appears by rename. */
export async function compile(target: TargetName, file: string): Promise<void> {
  const image = runtimeFor(target)
  for (const patch of patches(TARGETS[target].arch)) applyPatch(image, patch)
  const work = mkdtempSync(`${file}.`)
  try {
    const runtime = join(work, 'runtime')
    writeFileSync(runtime, image, { mode: 0o755 })
    await bundle(target, runtime, join(work, NAME))
    chmodSync(join(work, NAME), 0o755)
    renameSync(join(work, NAME), file)
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The target that the Bun that runs this was built for. */
export function hostTarget(): TargetName {
  const host = platformOf(readFileSync(process.execPath))
  const names = targetNames()
  const found = names.find((name) => TARGETS[name].arch === host.arch && TARGETS[name].libc === host.libc)
  return found ?? 'linux-amd64'
}

function targetNames(): TargetName[] {
  const known = (name: string): name is TargetName => name in TARGETS
  return Object.keys(TARGETS).filter(known)
}

/** Takes the words of --target, gives the targets they mean. Fails for a word that means none. */
export function targetsFrom(words: readonly string[]): TargetName[] {
  const names = targetNames()
  const wanted = words.includes('all') ? names : words
  return wanted.map((word) => {
    const name = names.find((known) => known === word)
    if (name === undefined) throw new Error(`Cannot build "${word}": the targets are ${names.join(', ')} and all`)
    return name
  })
}

/** Writes all files of a release into a directory. Their bytes depend on the commit and package-lock.json alone. */
export async function makeRelease(outdir: string): Promise<void> {
  const { release, sourceDate } = await import('#.ci/release/release.ts')
  const targets = targetNames().map((name) => ({ name, ...TARGETS[name] }))
  const date = sourceDate(isClone() ? git('log', '-1', '--format=%ct') : undefined)
  const build = { root: ROOT, version: version(), date, targets, host: hostTarget(), compile }
  mkdirSync(outdir, { recursive: true })
  await release(build, outdir)
}

async function main(): Promise<void> {
  const host = hostTarget()
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true },
      outdir: { type: 'string', default: 'dist' },
      release: { type: 'boolean', default: false },
    },
  })
  if (values.release && values.target !== undefined)
    throw new Error('Cannot release one target: --release has them all')
  if (values.release) return makeRelease(values.outdir)
  for (const target of targetsFrom(values.target ?? [host])) {
    const file = join(values.outdir, target === host ? NAME : `${NAME}-${target}`)
    mkdirSync(values.outdir, { recursive: true })
    const start = performance.now()
    await compile(target, file)
    // Not in releases: it is for this host. Where none can be taken it says why, and takes longer to start.
    if (target === host && target === 'linux-amd64')
      Bun.spawnSync([resolve(file), 'snapshot'], { stdout: 'ignore', stderr: 'inherit' })
    const { size } = Bun.file(file)
    console.log(
      `${file}: ${target}, ${(size / 1e6).toFixed(1)} MB, ${((performance.now() - start) / 1e3).toFixed(1)} s`,
    )
  }
}

/** The bundler throws one error that says nothing and holds those that do, with their places. */
function told(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((cause) => Bun.inspect(cause)).join('\n')
  return error instanceof Error ? error.message : String(error)
}

if (import.meta.main) {
  try {
    await main()
  } catch (error) {
    console.error(`compile: ${told(error)}`)
    process.exitCode = 1
  }
}
