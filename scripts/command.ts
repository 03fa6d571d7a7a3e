/** What a verb is: a summary, options as data, and one function. `cli.ts` parses, calls and prints; verbs only work. */
import { type ExitStatus, LanekeeperError } from './policy/errors.ts'
import type { Output } from './system/output.ts'

/** The outside world as the verbs see it; tests pass their own. */
/** What a shell reports for a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130

export interface Session {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly out: Output
  /** Whether a person can be asked: stdin and stderr are terminals and `--json` is off. */
  readonly isInteractive: boolean
  /** Asks yes or no; only called when interactive. */
  confirm(question: string): Promise<boolean>
}

export interface Option {
  readonly type: 'boolean' | 'string'
  readonly multiple?: true
  readonly short?: string
  /** Name of the value in the help text, e.g. PATH. */
  readonly value?: string
  readonly help: string
}

export interface Input {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
  /** Words after `--`. */
  readonly rest: readonly string[]
}

export interface Result {
  /** The document of `--json`; the caller adds nothing to it. */
  readonly json: { readonly ok: boolean } & Readonly<Record<string, unknown>>
  /** The answer for a person, on stdout; empty for none. */
  readonly text: string
  /** Exit status; 0 where `ok` is true and nothing is said. */
  readonly exit?: ExitStatus | number
}

export interface Command {
  readonly summary: string
  /** After `lanekeeper <verb>`, e.g. `[<worktree>] [--wait]`. */
  readonly usage: string
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly string[]
  /** How many words it takes: [least, most]. */
  readonly positionals: readonly [number, number]
  run(input: Input, session: Session): Promise<Result>
}

/** Options that several verbs have, worded once. */
export const commonOptions = {
  dryRun: { type: 'boolean', short: 'n', help: 'Show what would be done, do nothing' },
  yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
} as const satisfies Record<string, Option>

/** A string option's value, or undefined. */
export function textOption(input: Input, name: string): string | undefined {
  const value = input.values[name]
  return typeof value === 'string' ? value : undefined
}

/** All values of an option that may be repeated. */
export function listOption(input: Input, name: string): string[] {
  const value = input.values[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** Whether a flag is set. */
export function flag(input: Input, name: string): boolean {
  return input.values[name] === true
}

/** The error for words that the verb does not take. */
export function usageError(message: string, hint?: string): LanekeeperError {
  return new LanekeeperError('usage', message, hint ? { hint } : {})
}
