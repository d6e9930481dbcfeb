// Many containers at once: all start, all are told apart, all end, and nothing of them stays.
import { expect } from 'bun:test'

import type { DockerDaemon } from './daemon.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { dockerSuite } from './suite.ts'

const COUNT = 30

const RUN = ['run', '--runtime', 'bunc', '--network', 'none']

/** What `make` gives for the numbers below `COUNT`, all begun before the first has ended. */
function allAtOnce<T>(make: (number: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: COUNT }, (_, number) => make(number)))
}

async function idsOf(daemon: DockerDaemon): Promise<string[]> {
  return (await daemon.ok(['ps', '--quiet'])).split('\n').filter((id) => id !== '')
}

dockerSuite('docker with many containers', (suite) => {
  suite.alone(`${COUNT} containers run side by side, are stopped and removed at once`, async (daemon) => {
    const script = `hostname; ${FOREVER}`
    const names = await allAtOnce(async (number) => {
      const name = `many-${number}`
      await daemon.ok([...RUN, '--detach', '--name', name, '--hostname', `host-${number}`, IMAGE, 'sh', '-c', script])
      return name
    })
    expect(await idsOf(daemon)).toBeArrayOfSize(COUNT)
    const logs = await Promise.all(names.map((name) => daemon.ok(['logs', name])))
    expect(logs).toEqual(names.map((_, number) => `host-${number}`))
    await daemon.ok(['stop', ...names])
    expect(await idsOf(daemon)).toEqual([])
    const states = await Promise.all(names.map((name) => daemon.inspect(name)))
    expect(states.map(({ State }) => State.ExitCode)).toEqual(names.map(() => 0))
    await daemon.ok(['rm', ...names])
  })

  suite.alone(`${COUNT} containers that end by themselves each give their own exit code`, async (daemon) => {
    const codes = await allAtOnce(async (number) => {
      const { code } = await daemon.docker([...RUN, '--rm', IMAGE, 'sh', '-c', `exit ${number}`])
      return code
    })
    expect(codes).toEqual(Array.from({ length: COUNT }, (_, number) => number))
  })

  suite.alone(`${COUNT} containers are removed by force while they start`, async (daemon) => {
    const outcomes = await allAtOnce(async (number) => {
      const run = daemon.docker([...RUN, '--detach', '--name', `brief-${number}`, IMAGE, 'sh', '-c', FOREVER])
      await Bun.sleep(number * 40)
      await daemon.docker(['rm', '--force', `brief-${number}`])
      return (await run).code
    })
    // Some were not yet there when they were to be removed: those go now, and none may have got stuck.
    await daemon.docker(['rm', '--force', ...outcomes.map((_, number) => `brief-${number}`)])
    expect(await daemon.ok(['ps', '--all', '--quiet'])).toBe('')
  })
})
