// `exec --cgroup`: a cgroup that the container has made below its own. Decides on paths, makes nothing.

import { Failure } from '#src/failure.ts'
import { cleaned } from './plan.ts'
import type { CgroupRecord } from './record.ts'

/**
 * Takes a container's cgroup and what was asked for, `PATH` or, for some hierarchies of version 1 alone,
 * `CONTROLLER[,CONTROLLER]:PATH`; gives the cgroup below. A path begins at the container's cgroup and does not lead out of
 * it. Throws a Failure for a controller that has no hierarchy.
 */
export function below(record: CgroupRecord, asked: readonly string[]): CgroupRecord {
  return asked.map(parsed).reduce(descended, record)
}

interface Descent {
  /** Empty for every hierarchy. */
  readonly controllers: readonly string[]
  readonly path: string
}

function parsed(asked: string): Descent {
  const colon = asked.indexOf(':')
  return colon < 0
    ? { controllers: [], path: cleaned(asked) }
    : { controllers: asked.slice(0, colon).split(','), path: cleaned(asked.slice(colon + 1)) }
}

function descended(record: CgroupRecord, { controllers, path }: Descent): CgroupRecord {
  const unknown = controllers.find((name) => !record.hierarchies.some((one) => one.controllers.includes(name)))
  if (unknown !== undefined) throw new Failure(`"${unknown}" is no controller of cgroup v1 that the container is in`)
  const hierarchies = record.hierarchies.map((hierarchy) => {
    const meant = controllers.length === 0 || controllers.some((name) => hierarchy.controllers.includes(name))
    return meant ? { ...hierarchy, path: `${hierarchy.path}${path}` } : hierarchy
  })
  return { ...record, hierarchies }
}
