// README.md and docs/seccomp.md: what they show of bunc is what bunc prints.

import { expect, test } from 'bun:test'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { commandsOf, isShown } from '#tests/support/console-blocks.ts'
import { containerTest, lacks, needing, only } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { mountOn } from '#tests/support/mountinfo.ts'
import { blockOf, textOfPage } from '#tests/support/pages/read.ts'

const ALONE = [lacks('runc', 'says it in another way'), lacks('crun', 'says it in another way')]

/** A line of config.json, and what stands in its place. */
type Edit = readonly [line: RegExp, other: string]

interface Shown {
  /** The beginning of what the README quotes. */
  readonly quote: string
  readonly edits: readonly Edit[]
  /** The command, with BUNDLE for the bundle; "hello" is another name here. */
  readonly command: readonly string[]
}

const ONCE: Edit = [/"terminal": true/, '"terminal": false']

/** The quotes of the README, each with what brings it about in a bundle of `bunc spec`. */
const QUOTES: readonly Shown[] = [
  {
    quote: 'bunc: Cannot create container "hello"',
    edits: [ONCE, [/"strictatime",/, '"strictatime", "rbnd",']],
    command: ['run', '--bundle', 'BUNDLE', 'hello'],
  },
  { quote: 'task 0: fsmount(', edits: [ONCE], command: ['--trace', 'run', '--bundle', 'BUNDLE', 'hello'] },
  { quote: 'make mounts[0], "sysfs"', edits: [], command: ['explain', 'BUNDLE'] },
  {
    quote: 'bunc: Cannot use config.json',
    edits: [
      [/"cwd": "\/"/, '"cwd": "tmp"'],
      [/"soft": \d+/, '"soft": 5000'],
    ],
    command: ['run', '--bundle', 'BUNDLE', 'hello'],
  },
  {
    quote: 'error: mounts[0].options[0]: "rbnd"',
    edits: [
      [
        /"mounts": \[/,
        `"mounts": [${'{"destination": "/a", "type": "tmpfs"},'.repeat(7)}{"destination": "/b", "type": "bind", "source": "/etc", "options": ["rbnd"]},`,
      ],
    ],
    command: ['validate', 'BUNDLE'],
  },
]

const quotesOfReadme = () => [...textOfPage('README.md').matchAll(/^> `(.*)`$/gm)].map(([, quote = '']) => quote)

const numbered = (line: string) => line.replaceAll(/\d+/g, '0')

async function printed(box: Box, { edits, command }: Shown): Promise<string> {
  const bundle = box.path('spec')
  cpSync(box.rootfs, `${bundle}/rootfs`, { recursive: true, verbatimSymlinks: true })
  await box.ok(['spec', '--bundle', bundle])
  const text = readFileSync(`${bundle}/config.json`, 'utf8')
  const edited = edits.reduce((config, [line, other]) => config.replace(line, other), text)
  writeFileSync(`${bundle}/config.json`, edited)
  const words: Readonly<Record<string, string>> = { BUNDLE: bundle, hello: box.name }
  const { stdout, stderr } = await box.call(command.map((word) => words[word] ?? word))
  return `${stdout}${stderr}`.replaceAll(`"${box.name}"`, '"hello"')
}

for (const shown of QUOTES)
  containerTest(
    `README.md quotes what bunc prints: ${shown.quote}`,
    async (box) => {
      const quote = quotesOfReadme().find((line) => numbered(line).startsWith(shown.quote))
      expect(quote).toBeDefined()
      expect((await printed(box, shown)).split('\n').map(numbered)).toContain(numbered(quote ?? ''))
    },
    ...ALONE,
  )

test('README.md quotes nothing else', () => {
  const known = QUOTES.map(({ quote }) => quote)
  expect(quotesOfReadme().filter((line) => !known.some((quote) => numbered(line).startsWith(quote)))).toEqual([])
})

/** As engines have it: a clone that makes namespaces is refused, on all architectures. */
const REFUSING = {
  linux: {
    seccomp: {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
      syscalls: [
        {
          names: ['clone'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    },
  },
}

containerTest(
  'docs/seccomp.md shows what bunc explain says of a call',
  async (box) => {
    box.configure(REFUSING)
    const page = textOfPage('docs/seccomp.md').replaceAll('/srv/web', box.bundleDir)
    const commands = commandsOf(page)
    expect(commands).toHaveLength(1)
    for (const { command, output } of commands) {
      const [program, ...words] = command.split(' ')
      expect(program).toBe('bunc')
      const said = await box.ok(words)
      if (!isShown(said, output)) expect(said).toBe(output.join('\n'))
    }
    expect(await box.ok(['explain', '--seccomp', box.bundleDir, '83'])).toContain('SCMP_ACT_ERRNO')
  },
  only(process.arch === 'x64', 'x86-64, as the page shows it'),
  ...ALONE,
)

/** User-mode Linux has the first half of auditing alone. */
const AUDITED = existsSync('/proc/self/loginuid') && !readFileSync('/proc/cpuinfo', 'utf8').includes('User Mode Linux')

/** The fields of a line of the kernel's log, by their names and with their values where these are no numbers. */
const fieldsOf = (line: string) =>
  [...line.matchAll(/(\w+)=("[^"]*"|\w+)/g)].map(([, name = '', value = '']) =>
    /^(pid|arch|syscall)$/.test(name) || /^\d*$/.test(value) ? name : `${name}=${value}`,
  )

containerTest(
  'docs/seccomp.md shows what the kernel logs of a call, where it says',
  async (box) => {
    const shown = blockOf('docs/seccomp.md', 'text', 'type=1326')
    const [command = ''] = /dmesg \| grep type=\d+/.exec(textOfPage('docs/seccomp.md')) ?? []
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_LOG' }],
    }
    // Its place tells the lines of this container from all others.
    cpSync('/bin/busybox', `${box.rootfs}/${box.name}/mkdir`)
    const line = await eventually('a line in the log of the kernel', async () => {
      // Once may not be enough: the kernel drops lines where there are many.
      await box.shell(`/${box.name}/mkdir /tmp/made`, { linux: { seccomp } })
      const { stdout } = await box.program(['sh', '-c', command])
      return stdout.split('\n').find((one) => one.includes(box.name))
    })
    expect(fieldsOf(line.replace(`${box.name}/mkdir`, 'bin/busybox'))).toEqual(expect.arrayContaining(fieldsOf(shown)))
  },
  needing('seccomp'),
  only(AUDITED, 'a kernel with CONFIG_AUDITSYSCALL'),
)

/** Runs a script in a mount namespace whose root is an overlay over `depth` - 1 others. */
async function inOverlays(box: Box, depth: number, script: string): Promise<string> {
  const layer = (below: string, n: number) => `mkdir ${n} ${n}/upper ${n}/work ${n}/root
    mount -t overlay overlay -o lowerdir=${below},upperdir=$PWD/${n}/upper,workdir=$PWD/${n}/work ${n}/root`
  const layers = Array.from({ length: depth }, (_, index) => layer(index === 0 ? '/' : `$PWD/${index}/root`, index + 1))
  const whole = `mkdir -p ${box.path('layers')}; mount -t tmpfs tmpfs ${box.path('layers')}; cd ${box.path('layers')}
    ${layers.join('\n')}
    for name in proc sys dev; do mount --rbind /$name ${depth}/root/$name; done
    mkdir -p ${depth}/root/under-test; cp ${box.runtime.argv[0]} ${depth}/root/under-test/bunc
    chroot ${depth}/root /under-test/bunc ${script}`
  const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', whole]
  return (await box.program(argv, { limit: 30_000 })).stdout
}

containerTest(
  'docs/ci.md: an overlay on a root that is one works, and a third does not, which doctor and selftest say',
  async (box) => {
    expect(await inOverlays(box, 1, 'doctor')).toMatch(/^ +works +overlay/m)
    expect(await inOverlays(box, 2, 'doctor')).toMatch(/^ +missing +overlay.*\n +mend: the kernel lays no overlay/m)
    const said = await inOverlays(box, 2, 'selftest')
    expect(said.match(/^not ok /gm)?.length).toBeGreaterThan(20)
    expect(said).toContain('cannot make a throw-away copy')
  },
  only(mountOn(process.pid, '/').type !== 'overlay', 'a root that is no overlay'),
  lacks('runc', 'has no such command'),
  lacks('crun', 'has no such command'),
)
