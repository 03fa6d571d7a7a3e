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
 * Makes an output.
 * @param json one JSON document is the only thing on stdout, and notes are dropped
 */
export function createOutput(
  { stdout, stderr, env }: { stdout: Sink; stderr: Sink; env: NodeJS.ProcessEnv },
  { json = false } = {},
): Output {
  const colour = stderr.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const say = (line: string) => stderr.write(`${line}\n`)
  return {
    isJson: json,
    paint,
    answer: (text) => stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => void (json || say(`${paint('cyan', '◎')} ${text}`)),
    done: (text) => void (json || say(`${paint('green', '✓')} ${text}`)),
    warn: (text) => say(`${paint('yellow', '▲')} ${text}`),
    error: (text, hint) => {
      say(`${paint('red', '✗')} ${text}`)
      for (const line of hint ? hint.split('\n') : []) say(`${paint('dim', '↳')} ${line}`)
    },
  }
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
