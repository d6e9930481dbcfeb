// The table of `list`, compared with what Go's tabwriter makes of a width of 12 and a padding of 3.

import { describe, expect, test } from 'bun:test'
import { renderTable } from '#src/cli/table-output.ts'

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
      'a\\x0ab      c\\x09d      \\x1b[31m    \\x9b        \\x7f\n',
    )
  })

  test('prints nothing for no rows', () => {
    expect(renderTable([])).toBe('')
  })
})
