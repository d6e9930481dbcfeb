// The fields of config.json, as the schemas have them, and docs/spec-fields.md, made from them and from what proves each.

import { configSchema } from '#src/config/schema/config.ts'
import { type Proof, PROOFS } from './field-proofs.ts'

/** All fields, in the order of the schemas: `mounts[].type`, `linux.netDevices.*.name`. */
export function specFields(): string[] {
  return below(configSchema, '')
}

function below(schema: unknown, path: string): string[] {
  if (!isObject(schema)) return []
  if (schema.type === 'optional' || schema.type === 'exact_optional') return below(schema.wrapped, path)
  if (schema.type === 'lazy' && typeof schema.getter === 'function') return below(schema.getter({}), path)
  if (schema.type === 'array') return below(schema.item, `${path}[]`)
  if (schema.type === 'record') return below(schema.value, `${path}.*`)
  return Object.entries(fieldsOf(schema)).flatMap(([name, field]) => {
    const reached = path === '' ? name : `${path}.${name}`
    return [reached, ...below(field, reached)]
  })
}

/** The fields of an object, or of all the forms that it may have. */
function fieldsOf(schema: Record<string, unknown>): Record<string, unknown> {
  if (schema.type === 'variant' && Array.isArray(schema.options))
    return Object.assign({}, ...schema.options.map((form: unknown) => (isObject(form) ? form.entries : {})))
  return isObject(schema.entries) ? schema.entries : {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes a field, gives its proof: its own row, or that of the nearest field around it. */
export function proofOf(field: string): Proof | undefined {
  const own = PROOFS[field]
  if (own !== undefined) return own
  const around = field.slice(0, Math.max(field.lastIndexOf('.'), 0)).replace(/(\[\]|\.\*)$/, '')
  const proof = around === '' ? undefined : proofOf(around)
  // What a row says is about its own field.
  return proof === undefined
    ? undefined
    : { test: proof.test, ...(proof.only === undefined ? {} : { only: proof.only }) }
}

/** What must stand in the file of a proof. */
export function mentionOf(field: string, proof: Proof): string {
  return proof.says ?? field.slice(field.lastIndexOf('.') + 1)
}

const HEAD = `# The fields of config.json

Every field that version 1.3 of the runtime specification has for Linux, and the test that proves it. Made from the
schemas in \`src/config/schema\` and the table \`tests/support/field-proofs.ts\`:
\`BUNC_UPDATE_GOLDEN=1 bun test tests/unit/support/spec-fields.test.ts\` writes it anew.

By a container test, the field is given to bunc, runc and crun, and the container is looked at. The others say what they
are: _a real cgroup_ that is written and read back without a container; a _transcript_ of the system calls, for SELinux
and AppArmor, which the machines of the tests do not have; the _files in a pretended host_ that would be written, for
hardware and cgroup controllers that machines seldom have; or _refusals_ of what is wrong.
`

/** Gives the text of docs/spec-fields.md. */
export function specFieldsText(): string {
  const rows = specFields().map((field) => {
    const proof = proofOf(field)
    const test = proof === undefined ? '' : `[${proof.test}](../tests/${proof.test})`
    return [`\`${field}\``, proof?.only ?? 'container', test]
  })
  const cells = [['field', 'proved by', 'test'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return `${[HEAD, line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')}\n`
}
