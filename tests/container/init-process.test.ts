// What a container's first process is while it waits for `start`, and what it shows of bunc: next to nothing.
import { expect } from 'bun:test'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

const SECRET = 'a-secret-of-whoever-calls-the-runtime'

async function created(box: Box): Promise<number> {
  const outcome = await box.create({}, { env: { ...process.env, TOKEN: SECRET } })
  expect(outcome).toMatchObject({ code: 0 })
  return (await box.state()).pid
}

const isItself = lacks('crun', 'forks itself: its init shows the environment and the files of its caller')

containerTest(
  'the process that waits for start has no environment of its caller',
  async (box) => {
    const pid = await created(box)
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(SECRET)
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(SECRET)
  },
  isItself,
)

containerTest(
  'the program that waits for start is no file of the host that a container could write to (CVE-2019-5736)',
  async (box) => {
    const pid = await created(box)
    expect(readlinkSync(`/proc/${pid}/exe`)).not.toBe(box.runtime.argv.at(-1))
    if (box.runtime.name === 'bunc') expect(readlinkSync(`/proc/${pid}/exe`)).toStartWith('/memfd:bunc-executor')
  },
)

containerTest('the process that waits for start has nothing open but its stdio and what lets it go', async (box) => {
  const pid = await created(box)
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  const others = targets.slice(3)
  expect(others.filter((target) => !/exec\.fifo$|^\/$|^\/proc$|^anon_inode:|^(pipe|socket):/.test(target))).toEqual([])
  if (box.runtime.name === 'bunc') expect(others.length).toBeLessThanOrEqual(2)
})
