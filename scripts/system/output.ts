/** The one place that writes to the terminal: stdout is the answer, stderr the narration, colour only where it is wanted. */
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export interface Output {
  /** The answer: one line or more on stdout. */
  answer(text: string): void
  /** Narration on stderr: what is being done. Silent under `--json`. */
  note(text: string): void
  /** ✓ done */
  done(text: string): void
  /** ▲ something a person should know, although the command goes on */
  warn(text: string): void
  /** ✗ what went wrong, and ↳ the way on */
  error(text: string, hint?: string): void
  /** The text in a style, or as it is where colour is off. */
  paint(style: Style, text: string): string
  readonly isJson: boolean
}

/** A destination for text; `process.stdout` and a test's collector both are. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/**
 * Makes an output. A stream is not touched before something is written to it (see `streamsOf`).
 * @param json one JSON document is the only thing on stdout, and notes are dropped
 */
export function createOutput(
  world: { readonly stdout: Sink; readonly stderr: Sink; readonly env: NodeJS.ProcessEnv },
  { json = false } = {},
): Output {
  const { env } = world
  const isColoured = () => world.stderr.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (style: Style, text: string) =>
    isColoured() ? styleText(style, text, { validateStream: false }) : text
  const say = (line: string) => world.stderr.write(`${line}\n`)
  return {
    isJson: json,
    paint,
    answer: (text) => world.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => void (json || say(`${paint('cyan', '◎')} ${text}`)),
    done: (text) => void (json || say(`${paint('green', '✓')} ${text}`)),
    warn: (text) => say(`${paint('yellow', '▲')} ${text}`),
    error: (text, hint) => {
      say(`${paint('red', '✗')} ${text}`)
      for (const line of hint ? hint.split('\n') : []) say(`${paint('dim', '↳')} ${line}`)
    },
  }
}

/** The streams of a process, opened when they are first written to, which takes Node a millisecond or two each. */
export function streamsOf(world: NodeJS.Process): { stdout: Sink; stderr: Sink; env: NodeJS.ProcessEnv } {
  let isHeard = false
  return {
    env: world.env,
    get stderr() {
      return world.stderr
    },
    get stdout() {
      if (!isHeard) world.stdout.on('error', unlessNobodyReads)
      isHeard = true
      return world.stdout
    },
  }
}

/** EPIPE: the reader of our answer went away (`lanekeeper status | head`); that is no failure. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** Columns padded to one width, two spaces apart; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
