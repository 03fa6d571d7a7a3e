/** What an exit status means, the same for every command (see README, "Exit status"). */
export const EXIT = { ok: 0, refused: 1, usage: 2, environment: 3, bug: 70 } as const

/**
 * Every way Lanekeeper fails on purpose. The code is part of the `--json` contract: scripts match on it, so a code is
 * never renamed; the kind of failure decides the exit status.
 */
const EXIT_OF = {
  // policy said no
  refused: EXIT.refused,
  'base-moved-unjudged': EXIT.refused,
  'tests-failed': EXIT.refused,
  'proof-failed': EXIT.refused,
  conflict: EXIT.refused,
  unsafe: EXIT.refused,
  'lease-held': EXIT.refused,
  overlap: EXIT.refused,
  // the user's input or configuration
  usage: EXIT.usage,
  settings: EXIT.usage,
  'task-file': EXIT.usage,
  'no-such-task': EXIT.usage,
  'task-exists': EXIT.usage,
  'bad-name': EXIT.usage,
  'bad-pattern': EXIT.usage,
  'not-initialised': EXIT.usage,
  'foreign-hooks': EXIT.usage,
  // the world around us
  'not-a-repository': EXIT.environment,
  'git-missing': EXIT.environment,
  'git-too-old': EXIT.environment,
  git: EXIT.environment,
  database: EXIT.environment,
  port: EXIT.environment,
  'env-file': EXIT.environment,
  dependencies: EXIT.environment,
  'file-system': EXIT.environment,
  locked: EXIT.environment,
  lease: EXIT.environment,
  terminal: EXIT.environment,
  'set-up': EXIT.environment,
  interrupted: EXIT.environment,
  gone: EXIT.environment,
} as const

export type ErrorCode = keyof typeof EXIT_OF
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/**
 * The one error a person is meant to see: what happened, to which thing, and the command that goes on from there.
 * Anything else that reaches the top is a bug of ours and exits 70.
 */
export class LanekeeperError extends Error {
  readonly code: ErrorCode
  /** What to do next, ready to paste; several lines allowed. */
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'LanekeeperError'
    this.code = code
    this.hint = options.hint
  }
}

/** The exit status that stands for an error: 70 for whatever we did not foresee. */
export function exitStatusOf(error: unknown): ExitStatus {
  return error instanceof LanekeeperError ? EXIT_OF[error.code] : EXIT.bug
}
