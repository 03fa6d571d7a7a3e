/** What a program that failed said last, for a message: the cause, not the stack it was thrown from. */

/** Colours and cursor moves; a test runner writes them into a pipe too where it finds CI in its environment. */
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g
/** Stack frames, progress, and where the package manager keeps a log of its own. */
const NOISE = /^\s+at .+[:)]|^[+\s]+$|^Progress: resolved \d|A complete log of this run can be found in/

/**
 * The last lines that tell something, without escape sequences.
 * @param most how many
 */
export function lastWords(output: string, most: number): string {
  const lines = output.replace(ESCAPES, '').split(/\r?\n/)
  return lines
    .map((line) => line.trimEnd())
    .filter((line, index, all) => line !== '' && !NOISE.test(line) && line !== all[index - 1])
    .slice(-most)
    .join('\n')
}
