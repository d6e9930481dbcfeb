// Forms of text that several rules ask for.

/** True where a path starts at the root; everything else about it is the kernel's to judge. */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/')
}

/** The parts of a path between its slashes, without the empty ones and `.`, with `..` taken back as far as it goes. */
function pathParts(path: string): readonly string[] {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts
}

/** True for `/` and for what leads back to it, as `/a/..`. */
export function isRoot(path: string): boolean {
  if (path.includes('..')) return pathParts(path).length === 0
  for (const letter of path) if (letter !== '/' && letter !== '.') return false
  return true
}

/** True for one plain file name: what can be appended to a directory and stays inside it. */
export function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/')
}

/** True for the empty string and for a list of CPUs or memory nodes as `0-3,7`, each range going upwards. */
export function isNumberList(text: string): boolean {
  if (text === '') return true
  return text.split(',').every((part) => {
    const range = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part)
    return range !== null && (range[2] === undefined || Number(range[1]) <= Number(range[2]))
  })
}
