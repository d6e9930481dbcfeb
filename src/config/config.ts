// The three documents that bunc is given, each as text and each as a value that needs no further check. Who finds the
// file, and what on this host it means, is known elsewhere.

import { examine, type Examined, read, type Document } from './read.ts'
import { rulesOf } from './rule.ts'
import { configRules } from './rules.ts'
import { processRules } from './rules/process.ts'
import { resourceRules } from './rules/resources.ts'
import { configSchema, type Config } from './schema/config.ts'
import { processSchema, type Process } from './schema/process.ts'
import { resourcesSchema, type LinuxResources } from './schema/resources.ts'

const CONFIG: Document<Config> = {
  schema: configSchema,
  rules: configRules,
  harmless: new Map<string, unknown>([
    ['ociVersion', '1.0.0'],
    ['root', { path: 'rootfs' }],
    ['root.path', 'rootfs'],
    ['process.cwd', '/'],
    ['linux.seccomp.defaultAction', 'SCMP_ACT_ALLOW'],
  ]),
}

const PROCESS: Document<Process> = {
  schema: processSchema,
  rules: [rulesOf(processRules)],
  harmless: new Map([['cwd', '/']]),
}

const RESOURCES: Document<LinuxResources> = {
  schema: resourcesSchema,
  rules: [rulesOf(resourceRules)],
  harmless: new Map(),
}

/**
 * Takes the text of a config.json (config.md, config-linux.md), gives it with every default filled in.
 * Throws a `ConfigError` that names all problems. To keep a copy keep the text: the value holds bigints.
 */
export function readConfig(text: string, file = 'config.json'): Config {
  return read(text, file, CONFIG)
}

/** As `readConfig`, for `validate`: gives the sound part together with all problems. */
export function examineConfig(text: string, file = 'config.json'): Examined<Config> {
  return examine(text, file, CONFIG)
}

/** Takes the text of a `process` object alone, as `exec --process FILE` is given; otherwise as `readConfig`. */
export function readProcess(text: string, file = 'the process file'): Process {
  return read(text, file, PROCESS)
}

/**
 * Takes the text of a `linux.resources` object alone, as `update --resources FILE` is given; otherwise as `readConfig`.
 * What is absent stays absent: it is to be left as it is.
 */
export function readResources(text: string, file = 'the resources file'): LinuxResources {
  return read(text, file, RESOURCES)
}
