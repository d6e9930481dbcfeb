// JSON with bigints: JSON.stringify refuses them, and the kernel counts beyond what a number holds exactly.

/** What can be written. A field that is undefined is left out. */
export type Json =
  bigint | number | string | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Takes a value, gives its JSON on one line. */
export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value)
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).flatMap(([key, field]) =>
    field === undefined ? [] : [`${JSON.stringify(key)}:${jsonText(field)}`],
  )
  return `{${fields.join(',')}}`
}

/** Array.isArray does not narrow to a list that is readonly. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
