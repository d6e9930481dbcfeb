// README.md and docs/ci.md, word for word, on a machine with Docker: their blocks are typed in the order of the pages, and
// bunc really goes to /usr/local/bin. Runs inside a machine, started by systemd-docker.test.ts. There is no sudo in it, so
// a script of that name executes what follows, and its network is none, so the images are made of its own files.
import { beforeAll, expect } from 'bun:test'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { eventually } from '#tests/support/eventually.ts'
import { blockOf } from '#tests/support/pages/read.ts'
import { call, makeImage, ok, onlyBunc, runtimePath } from './program.ts'

/** Where the person who types has cloned bunc and built it. */
const CLONE = '/srv/clone'
const INSTALLED = '/usr/local/bin/bunc'
const SETTINGS = { bridge: 'none', iptables: false, ip6tables: false }

beforeAll(() => {
  mkdirSync(`${CLONE}/dist`, { recursive: true })
  symlinkSync(runtimePath(), `${CLONE}/dist/bunc`)
  writeFileSync('/usr/local/bin/sudo', '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
  mkdirSync('/etc/docker', { recursive: true })
  writeFileSync('/etc/docker/daemon.json', JSON.stringify(SETTINGS))
  makeImage('/tmp/busybox.tar')
  ok(['systemctl', 'start', 'docker.service'])
  ok(['docker', 'import', '--change', 'CMD ["sh"]', '/tmp/busybox.tar', 'busybox'])
}, 120_000)

/** Types the block of shell of `page` that contains `mark`, which must succeed; gives both outputs. */
const type = (page: string, mark: string) => ok(['sh', '-ec', `cd ${CLONE}\n${blockOf(page, 'sh', mark)}`])

onlyBunc('docs/ci.md: on a plain machine every promise is kept, and the report says so', () => {
  const said = type('docs/ci.md', 'selftest --junit')
  expect(said).not.toContain('not ok')
  expect(said.match(/^ok /gm)?.length).toBeGreaterThan(20)
  expect(existsSync(INSTALLED)).toBe(true)
  expect(readFileSync(`${CLONE}/selftest.xml`, 'utf8')).toMatch(/<testsuite [^>]*failures="0"/)
})

onlyBunc('README.md: Docker learns of bunc, and a container chooses it', async () => {
  type('README.md', 'bunc install docker')
  expect(JSON.parse(readFileSync('/etc/docker/daemon.json', 'utf8'))).toEqual({
    ...SETTINGS,
    runtimes: { bunc: { path: INSTALLED } },
  })
  await eventually('Docker to read its settings', () => ok(['docker', 'info']).includes('bunc'))
  expect(type('README.md', 'docker run --rm --runtime bunc')).toBe('hello')
})

onlyBunc('README.md: an image of Docker becomes a shell in a container, by hand', () => {
  writeFileSync('/tmp/by-hand', `cd ${CLONE}\n${blockOf('README.md', 'sh', 'docker export')}`)
  // The shell is on a terminal, which script(1) gives it and types at.
  const typed = 'hostname; echo "I am process $$"\nexit 7\n'
  const { code, output } = call(['script', '-qec', 'sh -e /tmp/by-hand', '/dev/null'], typed)
  expect(output).toMatch(/\nbunc\r?\n/)
  expect(output).toContain('I am process 1')
  expect(code).toBe(7)
})

onlyBunc('docs/ci.md: a bundle is found to be right, and a wrong one not, without root', () => {
  writeFileSync('/tmp/as-user', `cd ${CLONE}\n${blockOf('docs/ci.md', 'sh', 'bunc validate --json')}`)
  const check = () => call(['setpriv', '--reuid', '1000', '--clear-groups', 'sh', '-e', '/tmp/as-user'])
  expect(JSON.parse(check().output)).toMatchObject({ sound: true })
  ok(['sed', '-i', 's/"cwd": "\\/"/"cwd": "tmp"/', `${CLONE}/bundle/config.json`])
  const { code, output } = check()
  expect(code).toBe(1)
  expect(JSON.parse(output)).toMatchObject({ sound: false })
})

onlyBunc('docs/ci.md: in a privileged container every promise is kept', () => {
  const root = '/tmp/debian.tar.root'
  makeImage('/tmp/debian.tar')
  // What the executable takes of Debian is the C library.
  for (const line of ok(['ldd', runtimePath()]).split('\n')) {
    const [path] = /\/\S+/.exec(line) ?? []
    if (path === undefined) continue
    ok(['mkdir', '-p', `${root}${path.slice(0, path.lastIndexOf('/'))}`])
    copyFileSync(path, `${root}${path}`)
    chmodSync(`${root}${path}`, 0o755)
  }
  ok(['tar', '-C', root, '-cf', '/tmp/debian.tar', '.'])
  ok(['docker', 'import', '/tmp/debian.tar', 'debian:12'])
  // A bind mount follows no link into another file system of the host.
  ok(['sh', '-c', `cp --remove-destination ${runtimePath()} ${CLONE}/dist/bunc`])
  const said = type('docs/ci.md', 'docker run --rm --privileged')
  expect(said).not.toContain('not ok')
  expect(said.match(/^ok /gm)?.length).toBeGreaterThan(20)
})
