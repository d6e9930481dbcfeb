// The manual page is set by the formatters that are installed, without a warning.

import { expect, test } from 'bun:test'
import { program } from '#src/cli/commands.ts'
import { man } from '#src/cli/man.ts'
import { needs } from '#tests/support/needs.ts'

const page = man('1.2.3', program)

function set(argv: string[], source: string): { code: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, {
    stdin: new TextEncoder().encode(source),
    env: { ...Bun.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' },
    timeout: 20_000,
  })
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() }
}

needs('groff').test('groff sets the page without a warning', () => {
  const { code, err } = set(['groff', '-ww', '-man', '-Tutf8'], page)
  expect([code, err]).toEqual([0, ''])
})

needs('groff').test('A bad page would be noticed', () => {
  expect(set(['groff', '-ww', '-man', '-Tutf8'], `${page}.nonsense\n`).err).toContain('nonsense')
})

needs('man').test('man shows the page without a warning', () => {
  const { code, out, err } = set(['man', '--warnings', '-l', '-'], page)
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('BUNC(8)')
  expect(out).toContain('bunc 1.2.3')
  for (const text of ['-a, --all', 'bunc kill [FLAGS] CONTAINER [SIGNAL]', '-b, --bundle DIR', 'bunc kill web KILL']) {
    expect(out).toContain(text)
  }
})

test('The page has every command that is offered and every flag that is shown', () => {
  const plain = man('1.2.3').replaceAll('\\-', '-')
  for (const [name, { options }] of Object.entries(program.commands)) {
    expect(plain).toContain(`.SS bunc ${name}`)
    for (const [flag, option] of Object.entries(options)) {
      if (!('hidden' in option)) expect(plain).toContain(`--${flag}`)
    }
  }
  expect(plain).not.toContain('kernel-memory')
})

test('No line of text is read as a request', () => {
  const requests = ['.TH', '.SH', '.SS', '.TP', '.B', '.BR', '.PP', '.nf', '.fi']
  const odd = page.split('\n').filter((line) => /^[.']/.test(line) && !requests.includes(line.split(' ')[0] ?? ''))
  expect(odd).toEqual([])
  const trap = {
    ...program,
    commands: { list: { ...program.commands.list, about: ".so /etc/passwd 'x' \\n" } },
  }
  expect(man('1', trap)).toContain('\n\\&.so /etc/passwd \\(aqx\\(aq \\en\n')
})
