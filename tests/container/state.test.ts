// `state`: what it prints, to the byte where engines depend on it.
import { expect } from 'bun:test'
import { existsSync, statSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)

containerTest('state prints the id, the bundle and the pid of the first process', async (box) => {
  const pid = await box.running()
  expect(await box.state()).toMatchObject({ id: box.name, bundle: box.bundleDir, pid, status: 'running' })
})

containerTest('state prints pid 0 for a stopped container', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  expect((await box.state()).pid).toBe(0)
})

containerTest('state prints the annotations of config.json', async (box) => {
  const annotations = { 'org.example.name': 'value', 'org.example.empty': '' }
  await box.running({ annotations })
  expect((await box.state()).annotations).toEqual(annotations)
})

containerTest('state prints an ociVersion with three numbers', async (box) => {
  await box.running()
  expect((await box.state()).ociVersion).toMatch(/^\d+\.\d+\.\d+/)
})

containerTest(
  'state prints two-space JSON with the keys in a fixed order and no newline at the end',
  async (box) => {
    await box.running({ annotations: { 'org.example.name': 'value' } })
    const text = await box.ok(['state', box.name])
    const keys = [...text.matchAll(/^ {2}"(\w+)":/gm)].map(([, key]) => key)
    expect(keys).toEqual(['ociVersion', 'id', 'pid', 'status', 'bundle', 'rootfs', 'created', 'annotations', 'owner'])
    expect(text).toEndWith('}')
  },
  lacks('crun', 'indents by four, knows a systemd-scope and ends with a newline'),
)

containerTest('state prints the time of creation as RFC 3339 in UTC', async (box) => {
  const before = Date.now()
  await box.running()
  const { created } = JSON.parse(await box.ok(['state', box.name]))
  expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  expect(Date.parse(created)).toBeGreaterThan(before - 2_000)
  expect(Date.parse(created)).toBeLessThan(Date.now() + 2_000)
})

containerTest('the state of a container is readable by root alone', async (box) => {
  await box.running()
  expect(mode(box.root)).toBe('700')
  expect(mode(`${box.root}/${box.name}`)).toMatch(/^7[01][01]$/)
})

containerTest('the state directory goes to the root that was named', async (box) => {
  await box.running()
  expect(existsSync(`${box.root}/${box.name}`)).toBe(true)
})
