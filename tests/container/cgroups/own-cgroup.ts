// A cgroup of the real host for one test, in every hierarchy, with processes born into it; all of it goes with the test.

import type { Task } from '#ffi/perform/kernel.ts'
import { readFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { linux } from '#ffi/perform/linux.ts'
import { birthPlace, enter, entrance } from '#src/cgroups/birth.ts'
import { make } from '#src/cgroups/make.ts'
import { plan } from '#src/cgroups/plan.ts'
import { killAll } from '#src/cgroups/processes.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'

let made = 0

export class OwnCgroup implements Disposable {
  readonly name = `bunc-test-${process.pid}-${++made}`
  readonly record: CgroupRecord
  readonly #tasks: Task[] = []
  readonly #children: Bun.Subprocess[] = []

  constructor() {
    this.record = make(here, plan(here, { path: `/${this.name}`, id: this.name, driver: 'cgroupfs' }))
  }

  /** A process that is born into the cgroup and waits. */
  born(): Task {
    using place = birthPlace(here, this.record)
    using walk = entrance(here, this.record)
    const task = linux.task({ namespaces: [], ...(place === undefined ? {} : { cgroup: place }), calls: walk.calls })
    this.#tasks.push(task)
    return task
  }

  /** A shell that is moved into the cgroup before it runs its script. */
  shell(script: string): Bun.Subprocess {
    const child = Bun.spawn(['sh', '-c', `read go; ${script}`], { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' })
    this.#children.push(child)
    enter(here, this.record, child.pid)
    child.stdin.write('go\n')
    child.stdin.end()
    return child
  }

  /** The path of a file of the cgroup: where its controller is mounted as version 1, or in version 2. */
  file(controller: string, v1: string, v2: string): string {
    const legacy = legacyOf(this.record, controller)
    return legacy === undefined ? `${unifiedOf(this.record)?.path}/${v2}` : `${legacy.path}/${v1}`
  }

  /** What such a file says. */
  read(controller: string, v1: string, v2: string): string {
    return readFileSync(this.file(controller, v1, v2), 'utf8').trimEnd()
  }

  [Symbol.dispose](): void {
    killAll(here, this.record)
    for (const task of this.#tasks) task[Symbol.dispose]()
    for (const child of this.#children) child.kill('SIGKILL')
    remove(here, this.record)
  }
}
