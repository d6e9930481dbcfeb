// `install`: files of engines changed and changed back, on copies; the engines themselves are another suite's.

import { expect } from 'bun:test'
import { chmodSync, existsSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

const FILES = {
  docker: '{\n\t"debug":   true, "runtimes": {"other": {"path": "/bin/other"}} }\n',
  containerd: '# mine\nversion = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\n  bin_dir = "/x" # here\n',
  podman: '# mine\n[engine]\n  events_logger = "file" # so\n[engine.runtimes]\n  crun = [ "/usr/bin/crun" ]\n',
}

/** Docker goes on to know what a reload does not find: that is tried in tests/vm/inside/install.ts. */
const FORGOTTEN: Readonly<Record<string, RegExp>> = { docker: /^to make docker read it: .*(restart|start it again)/m }

const installed = async (box: Box, ...flags: readonly string[]) => await box.ok(['install', ...flags])

for (const [engine, text] of Object.entries(FILES)) {
  containerTest(
    `install ${engine} --default changes a file, a second time does not, --uninstall gives the very same file back`,
    async (box) => {
      const file = box.path('settings')
      writeFileSync(file, text)
      chmodSync(file, 0o640)
      const flags = ['--config', file, '--default', '--binary', '/usr/local/bin/bunc', engine]
      expect(await installed(box, ...flags)).toContain(
        `${file}: changed, the text from before is in ${file}.before-bunc\n`,
      )
      const now = readFileSync(file, 'utf8')
      expect(now).toContain('/usr/local/bin/bunc')
      expect(readFileSync(`${file}.before-bunc`, 'utf8')).toBe(text)
      expect(statSync(file).mode & 0o777).toBe(0o640)
      if (engine !== 'docker') expect(now).toContain('# mine\n')

      expect(await installed(box, ...flags)).toBe(`${file}: nothing to change\n`)
      expect(readFileSync(file, 'utf8')).toBe(now)

      expect(await installed(box, '--uninstall', '--config', file, engine)).toMatch(FORGOTTEN[engine] ?? /./)
      expect(readFileSync(file, 'utf8')).toBe(text)
      expect(existsSync(`${file}.before-bunc`)).toBe(false)
    },
    ...ALONE,
  )

  containerTest(
    `install ${engine} makes a file where there is none, and --uninstall removes it`,
    async (box) => {
      const file = box.path('new', 'place', 'settings')
      expect(await installed(box, '--dry-run', '--config', file, engine)).toContain(`${file}: would be changed\n+ `)
      expect(existsSync(file)).toBe(false)
      await installed(box, '--config', file, engine)
      expect(readFileSync(file, 'utf8')).toContain(box.runtime.argv.at(-1) ?? '?')
      await installed(box, '--uninstall', '--config', file, engine)
      expect(existsSync(file)).toBe(false)
      expect(await installed(box, '--uninstall', '--config', file, engine)).toBe(`${file}: nothing to change\n`)
    },
    ...ALONE,
  )
}

/** A host without settings and without engines that run: the script may make both, and nobody else sees them. */
const PRIVATE = [
  'set -e; for place in /etc /run; do mount -t tmpfs bunc-test-install "$place"; done',
  'mkdir /run/bin; export PATH=/run/bin:$PATH',
].join('\n')

/** Runs a script on such a host, with the command line of bunc as "$@". Gives what it prints. */
async function onPrivateHost(box: Box, script: string): Promise<string> {
  const argv = ['unshare', '--mount', 'sh', '-c', `${PRIVATE}\n${script}`, 'sh', ...box.runtime.argv]
  const { code, stdout, stderr } = await box.program(argv)
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

for (const engine of ['docker', 'containerd'])
  containerTest(
    `install ${engine} says of an engine that does not run when it will read the file`,
    async (box) => {
      const later = `${engine} does not run: it will read the file when it starts\n`
      expect(await onPrivateHost(box, `"$@" install ${engine}`)).toEndWith(`\nnot verified: ${later}`)
      expect(await onPrivateHost(box, `"$@" install --no-reload ${engine}`)).toEndWith(`\n${later}`)
      const back = `"$@" install ${engine} >/run/said; "$@" install --uninstall ${engine}`
      expect(await onPrivateHost(box, back)).toEndWith(`: removed\n${later}`)
      expect(await onPrivateHost(box, `"$@" install --dry-run ${engine}`)).not.toContain(later)
    },
    ...ALONE,
  )

/** Runs a program of this name where dockerd would have written its pid, and `install` with no client of Docker. */
const beside = (name: string, then: string) =>
  [
    `cp "$(command -v sleep)" /run/bin/${name}; /run/bin/${name} 1000 & pid=$!`,
    `until [ "$(cat /proc/$pid/comm)" = ${name} ]; do sleep 0.02; done`,
    // The shell says of a child that a signal ended it, when it comes to know of it.
    'echo $pid >/run/docker.pid; exec 3>&2 2>/dev/null; PATH=/run/bin "$@" install docker 2>&3 3>&-',
    then,
  ].join('\n')

containerTest(
  'install signals dockerd where systemd does not run it, and says that without its client nothing is verified',
  async (box) => {
    const said = await onPrivateHost(box, beside('dockerd', 'wait $pid || echo "ended with $?"'))
    expect(said).toMatch(
      /\ndocker was told to read it: SIGHUP to process \d+\nnot verified: "docker" is not found\nended with 129\n$/,
    )
  },
  ...ALONE,
)

containerTest(
  'install signals no other process that has the pid of a dockerd from before',
  async (box) => {
    const said = await onPrivateHost(box, beside('other', 'exec 2>&-; kill $pid; wait $pid || echo "ended with $?"'))
    expect(said).toEndWith(
      '\nnot verified: docker does not run: it will read the file when it starts\nended with 143\n',
    )
  },
  ...ALONE,
)

containerTest(
  'install podman without Podman says that nothing was verified, and with --no-reload asks nobody',
  async (box) => {
    const alone = 'export PATH=/run/bin; "$@" install'
    expect(await onPrivateHost(box, `${alone} podman`)).toEndWith('\nnot verified: "podman" is not found\n')
    expect(await onPrivateHost(box, `${alone} --no-reload podman`)).not.toContain('verified')
  },
  ...ALONE,
)

containerTest(
  'install --uninstall leaves what was changed meanwhile',
  async (box) => {
    const file = box.path('daemon.json')
    writeFileSync(file, '{ "debug": true }')
    await installed(box, '--config', file, 'docker')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), 'log-level': 'warn' }))
    await installed(box, '--uninstall', '--config', file, 'docker')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ debug: true, 'log-level': 'warn' })
  },
  ...ALONE,
)

containerTest(
  'install changes the file behind a link, and leaves the link',
  async (box) => {
    writeFileSync(box.path('real.json'), '{}')
    symlinkSync('real.json', box.path('daemon.json'))
    await installed(box, '--config', box.path('daemon.json'), 'docker')
    expect(readlinkSync(box.path('daemon.json'))).toBe('real.json')
    expect(readFileSync(box.path('real.json'), 'utf8')).toContain('"bunc"')
  },
  ...ALONE,
)

containerTest(
  'install leaves a file alone that it cannot read, and says why in one line',
  async (box) => {
    const file = box.path('daemon.json')
    writeFileSync(file, '{ "debug": true, }')
    const { code, stderr } = await box.call(['install', '--config', file, 'docker'])
    expect(code).toBe(1)
    expect(stderr).toStartWith(`bunc: Cannot change "${file}": it is not JSON: `)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(file, 'utf8')).toBe('{ "debug": true, }')
  },
  ...ALONE,
)
