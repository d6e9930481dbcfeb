// What a test has counted or measured, for people: no test depends on it. A marked line of its output, which the runner
// takes out, since it shows nothing else of a file that passes, and prints again at the end.

const MARK = 'figure: '

/** Prints a figure: one line, which begins with what was counted. */
export function figure(text: string): void {
  console.log(`${MARK}${text}`)
}

/** Takes the output of a test file, gives its figures in their order. */
export function figuresIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => line.slice(MARK.length))
}
