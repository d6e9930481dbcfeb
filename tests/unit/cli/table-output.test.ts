// The table of `list`: for programs compared with what Go's tabwriter makes of a width of 12 and a padding of 3, and for
// terminals of several widths.

import { describe, expect, test } from 'bun:test'
import { type Column, renderTable, table } from '#src/cli/table-output.ts'
import type { Surface } from '#src/cli/terminal.ts'
import { coloured, plain } from '#src/paint.ts'

const HEAD = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER']

describe('renderTable()', () => {
  test('prints the head of an empty list as runc does', () => {
    expect(renderTable([HEAD])).toBe('ID          PID         STATUS      BUNDLE      CREATED     OWNER\n')
  })

  test('widens a column for its longest cell and keeps three spaces', () => {
    const row = ['web', '4711', 'running', '/srv/containers/web', '2026-01-02T03:04:05.678901234Z', 'root']
    expect(renderTable([HEAD, row])).toBe(
      'ID          PID         STATUS      BUNDLE                CREATED                          OWNER\n' +
        'web         4711        running     /srv/containers/web   2026-01-02T03:04:05.678901234Z   root\n',
    )
  })

  test('keeps 12 columns for nine characters and widens for ten', () => {
    expect(renderTable([['123456789', 'x']])).toBe('123456789   x\n')
    expect(renderTable([['1234567890', 'x']])).toBe('1234567890   x\n')
  })

  test('pads an empty cell and not the last one', () => {
    expect(renderTable([['', 'x']])).toBe('            x\n')
    expect(renderTable([['x', '']])).toBe('x           \n')
  })

  test('counts characters, not UTF-16 units', () => {
    expect(renderTable([['\u{1f433}', 'x']])).toBe(`\u{1f433}${' '.repeat(11)}x\n`)
  })

  test('lets no cell forge a row, a column or a command to the terminal', () => {
    expect(renderTable([['a\nb', 'c\td', '\u001b[31m', '\u009b', '\u007f']])).toBe(
      'a\\nb        c\\td        \\u001b[31m   \\u009b      \\u007f\n',
    )
  })

  test('prints nothing for no rows', () => {
    expect(renderTable([])).toBe('')
  })
})

const AT_TERMINAL: Surface = { terminal: true, columns: undefined, lively: true, paint: coloured }

describe('table()', () => {
  const columns: readonly Column[] = [
    { title: 'ID' },
    { title: 'STATUS', tone: (cell) => (cell === 'running' ? 'good' : undefined) },
    { title: 'BUNDLE', least: 8 },
    { title: 'OWNER', least: 6 },
  ]
  const rows = [
    ['web', 'running', '/srv/containers/web', 'somebody'],
    ['a-longer-one', 'stopped', '/srv', 'root'],
  ]
  const within = (room: number) =>
    table({ ...AT_TERMINAL, columns: room, paint: plain }, columns, rows)
      .trimEnd()
      .split('\n')

  test('is that for programs where there is no terminal', () => {
    const piped: Surface = { terminal: false, columns: undefined, lively: false, paint: plain }
    expect(table(piped, columns, rows)).toBe(renderTable([['ID', 'STATUS', 'BUNDLE', 'OWNER'], ...rows]))
  })

  test('is as wide as what it holds, with colours that count for nothing', () => {
    expect(table(AT_TERMINAL, columns, rows)).toBe(
      '\u001b[1mID\u001b[0m            \u001b[1mSTATUS\u001b[0m   \u001b[1mBUNDLE\u001b[0m               \u001b[1mOWNER\u001b[0m\n' +
        'web           \u001b[32mrunning\u001b[0m  /srv/containers/web  somebody\n' +
        'a-longer-one  stopped  /srv                 root\n',
    )
  })

  test('is cut from the right, each column to its least', () => {
    expect(within(52)).toEqual([
      'ID            STATUS   BUNDLE               OWNER',
      'web           running  /srv/containers/web  somebody',
      'a-longer-one  stopped  /srv                 root',
    ])
    expect(within(51)[1]).toBe('web           running  /srv/containers/web  somebo…')
    expect(within(49)[1]).toBe('web           running  /srv/containers/w…  someb…')
    expect(within(39)[1]).toBe('web           running  /srv/co…  someb…')
  })

  test('leaves columns out where that is not enough, and never one that has no least', () => {
    expect(within(38)[1]).toBe('web           running  /srv/container…')
    expect(within(30)).toEqual(['ID            STATUS', 'web           running', 'a-longer-one  stopped'])
    expect(within(5)).toEqual(within(30))
  })

  test('shows controls, and colours none of its own making', () => {
    expect(table(AT_TERMINAL, [{ title: 'A' }], [['\u001b[31m']])).toBe('\u001b[1mA\u001b[0m\n\\u001b[31m\n')
  })
})
