// What a release consists of: the same bytes each time, checksums that hold, a bill of materials that names all that is
// inside, executables that need no more than they say, and packages that Debian's own tools accept.
import { afterAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { TARGETS } from '#compile.ts'
import { needs } from '#tests/support/needs.ts'
import { EXECUTABLES, makeReleaseIn, PACKAGES, REPOSITORY, run, scratch, sha256Of, VERSION } from './released.ts'

const work = scratch()
afterAll(() => work[Symbol.dispose]())
const release = makeReleaseIn(work.path)

const withDpkg = needs('dpkg-deb')
const withReadelf = needs('readelf')
const withLintian = needs('lintian')
const withNpmSbom = needs('npm-sbom')

test('a release has an executable for each target, packages, a bill of materials and checksums', () => {
  const names = [...EXECUTABLES, ...Object.values(PACKAGES), 'bunc.cdx.json', 'SHA256SUMS']
  expect(readdirSync(release).toSorted()).toEqual(names.toSorted())
})

test('sha256sum finds every file but its own list in SHA256SUMS, and as it should be', () => {
  const checked = run(['sha256sum', '--check', '--strict', 'SHA256SUMS'], release).trim().split('\n')
  const others = readdirSync(release).filter((name) => name !== 'SHA256SUMS')
  expect(checked.toSorted()).toEqual(others.map((name) => `${name}: OK`).toSorted())
})

test('a second release of one tree, in another directory and at another time, is the same bytes', async () => {
  using another = scratch()
  const second = makeReleaseIn(another.path)
  const sums = (directory: string) => readFileSync(join(directory, 'SHA256SUMS'), 'utf8')
  expect(sums(second)).toBe(sums(release))
  for (const name of readdirSync(second))
    expect(await sha256Of(join(second, name))).toBe(await sha256Of(join(release, name)))
})

interface Component {
  readonly group?: string
  readonly name: string
  readonly version?: string
  readonly purl?: string
  readonly hashes?: readonly { alg: string; content: string }[]
  readonly licenses?: readonly { license: { id: string } }[]
  readonly components?: readonly Component[]
}
interface Bom {
  readonly serialNumber: string
  readonly metadata: { readonly timestamp: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { ref: string; dependsOn?: readonly string[] }[]
}
const bom: Bom = JSON.parse(readFileSync(join(release, 'bunc.cdx.json'), 'utf8'))
const told = ({ purl, version, hashes, licenses }: Component) => ({ purl, version, hashes, licenses })
const isRuntime = ({ group }: Component) => group === '@oven'

withNpmSbom.test('the bill of materials says of the dependencies what npm says of them', () => {
  const argv = ['npm', 'sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--omit=dev']
  const witness: Bom = JSON.parse(run(argv))
  const byPurl = (components: readonly Component[]) =>
    components.map(told).toSorted((a, b) => ((a.purl ?? '') < (b.purl ?? '') ? -1 : 1))
  expect(witness.components.length).toBeGreaterThan(1)
  expect(byPurl(bom.components.filter((component) => !isRuntime(component)))).toEqual(byPurl(witness.components))
})

test('the bill of materials names the runtime in each executable, with licence and checksum, and the executable', async () => {
  expect(bom.metadata.component).toMatchObject({ name: 'bunc', version: VERSION })
  expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  for (const [target, { runtime }] of Object.entries(TARGETS)) {
    const file = bom.metadata.component.components?.find(({ name }) => name === `bunc-${target}`)
    expect(file?.hashes).toEqual([{ alg: 'SHA-256', content: await sha256Of(join(release, `bunc-${target}`)) }])
    const [inside, ...others] = bom.components.filter(({ group, name }) => `${group}/${name}` === runtime)
    expect(others).toEqual([])
    expect(inside).toMatchObject({
      version: Bun.version,
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    })
    const parts = bom.dependencies.find(({ ref }) => ref === `bunc-${target}`)?.dependsOn
    const libraries = bom.components.filter((component) => !isRuntime(component))
    expect(parts).toHaveLength(libraries.length + 1)
    expect(parts).toContain(`${runtime}@${Bun.version}`)
  }
})

withReadelf.test('executables for glibc need nothing that glibc 2.17 does not have', () => {
  for (const target of ['linux-amd64', 'linux-arm64']) {
    const elf = run(['readelf', '--wide', '--dynamic', '--version-info', join(release, `bunc-${target}`)])
    const libraries = [...elf.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name)
    expect(
      libraries.filter((name) => !/^(lib(c|pthread|dl|m)\.so\.\d|ld-linux-[\w-]+\.so\.\d)$/.test(name ?? '')),
    ).toEqual([])
    const versions = [...elf.matchAll(/Name: GLIBC_(\d+\.\d+)/g)].map(([, version]) => Number(version?.split('.')[1]))
    expect(Math.max(...versions)).toBe(17)
  }
})

withReadelf.test('executables for musl need musl and libstdc++, and nothing else', () => {
  for (const [target, machine] of [
    ['linux-amd64-musl', 'x86_64'],
    ['linux-arm64-musl', 'aarch64'],
  ]) {
    const elf = run(['readelf', '--wide', '--dynamic', '--program-headers', join(release, `bunc-${target}`)])
    const libraries = [...elf.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name)
    expect(libraries.toSorted()).toEqual([`libc.musl-${machine}.so.1`, 'libstdc++.so.6'])
    expect(elf).toContain(`[Requesting program interpreter: /lib/ld-musl-${machine}.so.1]`)
  }
})

withDpkg.test('the packages hold the executables of the release, and belong to root', async () => {
  for (const [arch, name] of Object.entries(PACKAGES)) {
    const fields = run(['dpkg-deb', '--field', join(release, name), 'Package', 'Version', 'Architecture', 'Depends'])
    expect(fields).toBe(`Package: bunc\nVersion: ${VERSION}-1\nArchitecture: ${arch}\nDepends: libc6 (>= 2.17)\n`)
    using unpacked = scratch()
    run(['dpkg-deb', '--extract', join(release, name), unpacked.path])
    const executable = join(unpacked.path, 'usr/bin/bunc')
    expect(await sha256Of(executable)).toBe(await sha256Of(join(release, `bunc-linux-${arch}`)))
    const owners = run(['dpkg-deb', '--contents', join(release, name)])
      .trim()
      .split('\n')
    expect(owners.filter((line) => !/^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root\/root /.test(line))).toEqual([])
    const copyright = readFileSync(join(unpacked.path, 'usr/share/doc/bunc/copyright'), 'utf8')
    for (const { name: part, version } of bom.components.filter((component) => !isRuntime(component)))
      expect(copyright).toContain(`${part} ${version}`)
    expect(copyright).toContain(`Bun ${Bun.version}`)
  }
})

// One of them: they differ in the executable alone, and lintian takes its time for so large a file.
withLintian.test('lintian finds nothing to complain of in the package for amd64', () => {
  const argv = ['lintian', '--allow-root', '--fail-on=error,warning', join(release, PACKAGES.amd64)]
  const { exitCode, stdout } = Bun.spawnSync(argv)
  expect({ exitCode, complaints: stdout.toString() }).toEqual({ exitCode: 0, complaints: '' })
})

test('a date that is no number is refused before anything is built', () => {
  const argv = [process.execPath, 'compile.ts', '--release', '--outdir', join(work.path, 'none')]
  const env = { ...process.env, SOURCE_DATE_EPOCH: 'today' }
  const { exitCode, stderr } = Bun.spawnSync(argv, { cwd: REPOSITORY, env, stdout: 'ignore' })
  expect(stderr.toString()).toBe('compile: Cannot date the release: "today" is not a number of seconds\n')
  expect(exitCode).toBe(1)
  expect(existsSync(join(work.path, 'none'))).toBe(false)
})

test('a release of one target alone is refused', () => {
  const argv = [process.execPath, 'compile.ts', '--release', '--target', 'linux-arm64']
  const { exitCode, stderr } = Bun.spawnSync(argv, { cwd: REPOSITORY, stdout: 'ignore' })
  expect(stderr.toString()).toBe('compile: Cannot release one target: --release has them all\n')
  expect(exitCode).toBe(1)
})
