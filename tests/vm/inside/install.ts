// `bunc install` and engines that run: what it prints is done, and what it promises is tried, forth and back. Runs inside
// a machine, started by systemd-docker.test.ts. No network: the machine has none.
import { beforeAll, expect } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { eventually } from '#tests/support/eventually.ts'
import { call, makeImage, ok, onlyBunc, runtimePath } from './program.ts'

const BUNC = runtimePath()
const IMAGE = '/tmp/busybox.tar'
const FILES = {
  docker: '/etc/docker/daemon.json',
  containerd: '/etc/containerd/config.toml',
  podman: '/etc/containers/containers.conf',
}
/** Where dockerd writes its pid. */
const PID_FILE = '/var/run/docker.pid'
type EngineName = keyof typeof FILES

/** Settings as people write them: no program would indent them so. */
const SETTINGS: Readonly<Record<EngineName, string>> = {
  docker:
    '{\n\t"live-restore": true, "bridge": "none", "iptables": false,\n\t"ip6tables": false,\n\t"labels": ["kept=yes"]}',
  containerd: [
    '# of this house\nversion = 2',
    '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]',
    '  runtime_type = "io.containerd.runc.v2" # as it was\n',
  ].join('\n'),
  podman: '# of this house\n[engine]\ncgroup_manager = "systemd" # so\nruntime = "crun"\n',
}

/** How Podman calls the image. */
const NAME = 'localhost/busybox:latest'
const RUN = ['run', '--rm', '--network', 'none'] as const

beforeAll(() => {
  makeImage(IMAGE)
  for (const engine of ['docker', 'containerd', 'podman'] as const) {
    mkdirSync(dirname(FILES[engine]), { recursive: true })
    writeFileSync(FILES[engine], SETTINGS[engine])
  }
}, 120_000)

/** Changes the settings of an engine that runs; all the rest has to happen by itself. */
function install(engine: EngineName, ...flags: readonly string[]): string {
  const said = ok([BUNC, 'install', ...flags, engine])
  if (!flags.some((flag) => flag === '--uninstall' || flag === '--no-reload')) expect(said).toEndWith(verified(engine))
  assertNothingLeft()
  return said
}

const verified = (engine: EngineName) => `verified: ${engine} has run a container with bunc`

/** A second time changes nothing, to the byte and the minute, and verifies again. */
function assertIdle(engine: EngineName, ...flags: readonly string[]): void {
  const before = [readFileSync(FILES[engine], 'utf8'), statSync(FILES[engine]).mtimeMs]
  const idle = `${FILES[engine]}: nothing to change`
  expect(install(engine, ...flags)).toBe(flags.includes('--uninstall') ? idle : `${idle}\n${verified(engine)}`)
  expect([readFileSync(FILES[engine], 'utf8'), statSync(FILES[engine]).mtimeMs]).toEqual(before)
}

/** A binary that is no runtime is made known, and found out; what is known otherwise stays as it is. */
function assertFoundOut(engine: EngineName, words: RegExp): void {
  const before = existsSync(FILES[engine]) ? readFileSync(FILES[engine], 'utf8') : undefined
  const { code, output } = call([BUNC, 'install', '--binary', '/bin/true', engine])
  const lines = output.split('\n')
  expect([code, lines.at(-1)]).toEqual([
    1,
    `hint: the settings stay changed; to take them back: bunc install --uninstall ${engine}`,
  ])
  expect(lines.at(-2)).toStartWith(`bunc: Cannot have ${engine} run a container with bunc: cannot run "`)
  expect(lines.at(-2)).toMatch(words)
  expect(readFileSync(FILES[engine], 'utf8')).toContain('/bin/true')
  assertNothingLeft()
  ok([BUNC, 'install', '--uninstall', '--no-reload', engine])
  expect(existsSync(FILES[engine]) ? readFileSync(FILES[engine], 'utf8') : undefined).toBe(before)
}

/** No image, container, namespace or cgroup of a verification, in any engine, and no file. */
function assertNothingLeft(): void {
  const listings = [
    ['podman', 'images', '--all', '--quiet', 'bunc-verify-*'],
    ['podman', 'ps', '--all', '--quiet', '--filter', 'name=bunc-verify'],
    ['sh', '-c', 'find /run /sys/fs/cgroup /var/lib -name "*bunc-verify*" 2>/dev/null || true'],
  ]
  if (call(['systemctl', 'is-active', '--quiet', 'docker.service']).code === 0)
    listings.push(
      ['docker', 'ps', '--all', '--quiet', '--filter', 'name=bunc-verify'],
      ['docker', 'images', '--all', '--quiet', '--filter', 'dangling=true'],
      ['docker', 'images', '--all', '--quiet', '--filter', 'reference=bunc-verify*'],
    )
  for (const argv of listings) expect([argv, ok(argv)]).toEqual([argv, ''])
  if (call(['systemctl', 'is-active', '--quiet', 'containerd.service']).code === 0)
    expect(ok(['ctr', 'namespaces', 'ls', '--quiet'])).not.toContain('verify')
}

function assertRestored(engine: EngineName): void {
  expect(readFileSync(FILES[engine], 'utf8')).toBe(SETTINGS[engine])
  expect(existsSync(`${FILES[engine]}.before-bunc`)).toBe(false)
}

const dockerSays = (format: string) => ok(['docker', 'info', '--format', format])

/** dockerd reads its settings some time after the signal. */
const dockerKnows = (known: boolean) =>
  eventually('Docker to read its settings', () => dockerSays('{{json .Runtimes}}').includes('"bunc"') === known)

onlyBunc(
  'docker takes bunc from a reload on, keeps its settings and its containers, and lets bunc go with a restart',
  async () => {
    ok(['systemctl', 'start', 'docker.service'])
    ok(['docker', 'import', IMAGE, 'busybox'])
    const daemon = ok(['systemctl', 'show', '--value', '--property', 'MainPID', 'docker.service'])
    const before = dockerSays('{{.DefaultRuntime}}')
    const chosen = ['docker', ...RUN, '--runtime', 'bunc', 'busybox', 'echo', 'hello']
    expect(call(chosen).output).toContain('bunc')
    expect(call(chosen).code).not.toBe(0)
    ok(['docker', 'run', '--detach', '--name', 'older', '--network', 'none', 'busybox', 'sleep', '1000'])

    const said = install('docker')
    expect(said).toStartWith(`${FILES.docker}: changed, the text from before is in ${FILES.docker}.before-bunc\n`)
    expect(said).toContain('\ndocker was told to read it: systemctl reload docker\n')
    expect(readFileSync(`${FILES.docker}.before-bunc`, 'utf8')).toBe(SETTINGS.docker)
    const runtimes = { bunc: { path: BUNC } }
    expect(JSON.parse(readFileSync(FILES.docker, 'utf8'))).toEqual({ ...JSON.parse(SETTINGS.docker), runtimes })
    expect(ok(chosen)).toBe('hello')
    expect([dockerSays('{{.DefaultRuntime}}'), dockerSays('{{json .Labels}}')]).toEqual([before, '["kept=yes"]'])
    assertIdle('docker')

    install('docker', '--default')
    expect(dockerSays('{{.DefaultRuntime}}')).toBe('bunc')
    ok(['docker', 'run', '--detach', '--name', 'newer', '--network', 'none', 'busybox', 'sleep', '1000'])
    const format = '{{.HostConfig.Runtime}} {{.State.Status}}'
    expect(ok(['docker', 'inspect', '--format', format, 'older', 'newer'])).toBe(`${before} running\nbunc running`)
    assertIdle('docker', '--default')
    ok(['docker', 'rm', '--force', 'newer'])

    expect(ok(['systemctl', 'show', '--value', '--property', 'MainPID', 'docker.service'])).toBe(daemon)
    // A reload is not enough: Docker goes on to know, and to use, what it does not find any more.
    expect(install('docker', '--uninstall')).toMatch(
      /^to make docker read it: systemctl restart docker\nnote: it is left to you: .*"live-restore"/m,
    )
    assertRestored('docker')
    ok(['systemctl', 'restart', 'docker'])
    await dockerKnows(false)
    expect(dockerSays('{{.DefaultRuntime}}')).toBe(before)
    expect(call(chosen).code).not.toBe(0)
    expect(ok(['docker', 'exec', 'older', 'echo', 'alive'])).toBe('alive')
    assertIdle('docker', '--uninstall')
    ok(['docker', 'rm', '--force', 'older'])
    ok(['systemctl', 'stop', 'docker.service', 'docker.socket'])
  },
)

onlyBunc('docker that has no settings, and does not run, gets some, and none are left', () => {
  rmSync(FILES.docker)
  const later = 'docker does not run: it will read the file when it starts'
  expect(install('docker', '--no-reload')).toEndWith(`\n${later}`)
  expect(JSON.parse(readFileSync(FILES.docker, 'utf8'))).toEqual({ runtimes: { bunc: { path: BUNC } } })
  ok(['dockerd', '--validate', '--config-file', FILES.docker])
  expect(ok([BUNC, 'install', 'docker'])).toBe(`${FILES.docker}: nothing to change\nnot verified: ${later}`)
  expect(install('docker', '--uninstall')).toEndWith(`\n${later}`)
  expect(existsSync(FILES.docker)).toBe(false)
  expect(call(['systemctl', 'is-active', 'docker.service']).output).toBe('inactive')
})

onlyBunc(
  'docker that knows bunc of another time reads its settings, and a runtime that is none is found out',
  async () => {
    writeFileSync(FILES.docker, SETTINGS.docker)
    ok(['systemctl', 'start', 'docker.service'])
    assertFoundOut('docker', /: it ended with exit status 12\d: "docker: Error response from daemon: /)
    const known = () => dockerSays('{{(index .Runtimes "bunc").Path}}')
    expect(known()).toBe('/bin/true')

    expect(install('docker', '--no-reload')).toEndWith('\nto make docker read it: systemctl reload docker')
    expect(known()).toBe('/bin/true')
    const told = 'docker was told to read it: systemctl reload docker'
    expect(install('docker')).toBe(`${FILES.docker}: nothing to change\n${told}\n${verified('docker')}`)
    expect(known()).toBe(BUNC)
    assertIdle('docker')

    // Its containers are no business of the other containerd, which is restarted beside them.
    ok(['docker', 'run', '--detach', '--name', 'beside', '--network', 'none', 'busybox', 'sleep', '1000'])
    install('containerd')
    install('containerd', '--uninstall')
    expect(ok(['docker', 'exec', 'beside', 'echo', 'alive'])).toBe('alive')
    ok(['docker', 'rm', '--force', 'beside'])
    install('docker', '--uninstall')
    ok(['systemctl', 'stop', 'docker.service', 'docker.socket'])
  },
)

onlyBunc('dockerd that systemd did not start gets a signal, and another process of its pid gets none', async () => {
  writeFileSync(FILES.docker, SETTINGS.docker)
  await using other = started('sleep', '1000')
  writeFileSync(PID_FILE, String(other.pid))
  const later = 'not verified: docker does not run: it will read the file when it starts'
  expect(ok([BUNC, 'install', 'docker'])).toEndWith(`\n${later}`)
  expect(other.lives()).toBe(true)
  ok([BUNC, 'install', '--uninstall', 'docker'])
  rmSync(PID_FILE)

  await using daemon = started('dockerd')
  await eventually('dockerd to answer', () => call(['docker', 'version']).code === 0, 30_000)
  expect(install('docker')).toContain(`\ndocker was told to read it: SIGHUP to process ${daemon.pid}\n`)
  expect(ok([BUNC, 'install', '--uninstall', 'docker'])).toContain(
    '\nto make docker read it: end dockerd and start it again\nnote: it is left to you: ',
  )
})

/** A process that ends with the test. */
function started(...argv: readonly string[]) {
  const child = Bun.spawn([...argv], { stdio: ['ignore', 'ignore', 'ignore'] })
  return {
    pid: child.pid,
    // One that has ended, and was not waited for, has none.
    lives: () => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8') !== '',
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child.exited
    },
  }
}

onlyBunc('containerd takes bunc from a restart on, with its containers, and lets it go again', () => {
  ok(['systemctl', 'restart', 'containerd.service'])
  const root = `${IMAGE}.root`
  const ctr = ['ctr', 'run', '--env', 'PATH=/bin']
  ok([...ctr, '--detach', '--rootfs', root, 'older', 'sleep', '1000'])
  const dump = () => ok(['containerd', 'config', 'dump'])
  expect(dump()).not.toContain('bunc')

  assertFoundOut('containerd', /: it ended with exit status 1: "ctr: failed to create shim task: /)
  expect(install('containerd')).toContain('\ncontainerd was told to read it: systemctl restart containerd\n')
  expect(readFileSync(FILES.containerd, 'utf8')).toStartWith(SETTINGS.containerd)
  expect(dump()).toMatch(new RegExp(`BinaryName = ['"]${BUNC}['"]`))
  expect(dump()).toMatch(/default_runtime_name = ['"]runc['"]/)
  expect(ok(['ctr', 'plugins', 'ls'])).toMatch(/cri.* ok/)
  expect(ok([...ctr, '--rm', '--runc-binary', BUNC, '--rootfs', root, 'newer', 'echo', 'hello'])).toBe('hello')
  expect(ok(['ctr', 'task', 'ls'])).toMatch(/older\s+\d+\s+RUNNING/)
  assertIdle('containerd')

  install('containerd', '--default')
  expect(dump()).toMatch(/default_runtime_name = ['"]bunc['"]/)
  assertIdle('containerd', '--default')

  install('containerd', '--uninstall')
  assertRestored('containerd')
  expect(dump()).not.toContain('bunc')
  expect(ok(['ctr', 'task', 'ls'])).toMatch(/older\s+\d+\s+RUNNING/)
  ok(['ctr', 'task', 'rm', '--force', 'older'])
  ok(['ctr', 'container', 'rm', 'older'])
})

onlyBunc('podman takes bunc with the next container, and lets it go again', () => {
  ok(['podman', 'import', '--quiet', IMAGE, 'busybox'])
  const run = (...flags: readonly string[]) => ['podman', ...flags, ...RUN, NAME, 'echo', 'hello']
  const byDefault = () => ok(['podman', 'info', '--format', '{{.Host.OCIRuntime.Name}}'])
  expect(call(run('--runtime', 'bunc')).code).not.toBe(0)
  expect(byDefault()).toBe('crun')

  assertFoundOut('podman', /: it ended with exit status 12\d: "Error: /)
  install('podman')
  expect(readFileSync(FILES.podman, 'utf8')).toContain('cgroup_manager = "systemd" # so\nruntime = "crun"\n')
  expect(ok(run('--runtime', 'bunc'))).toBe('hello')
  expect(ok(['podman', '--runtime', 'bunc', ...RUN, '--cgroups=disabled', NAME, 'echo', 'hello'])).toBe('hello')
  expect(byDefault()).toBe('crun')
  assertIdle('podman')

  install('podman', '--default')
  expect(byDefault()).toBe('bunc')
  expect(ok(run())).toBe('hello')
  assertIdle('podman', '--default')

  install('podman', '--uninstall')
  assertRestored('podman')
  expect(byDefault()).toBe('crun')
  expect(call(run('--runtime', 'bunc')).code).not.toBe(0)
})
