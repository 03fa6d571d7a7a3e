/** What `doctor` finds: one check, several findings, each with the command that mends it. */
import type { Session } from '../command.ts'
import type { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Repository } from '../system/repository.ts'

export interface Scene {
  readonly repository: Repository
  /** null where the settings cannot be read; the check of the settings says why. */
  readonly policy: Policy | null
  readonly policyError: LanekeeperError | null
  readonly session: Session
}

/** How a finding is mended by `--fix`; findings with the same name are mended by one run. */
export interface Remedy {
  readonly name: string
  run(): unknown
}

export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  readonly message: string
  /** The command that mends it, ready to paste; none where all is well. */
  readonly fix: string | null
  readonly remedy: Remedy | null
}

export interface Check {
  readonly name: string
  look(scene: Scene): readonly Finding[] | Promise<readonly Finding[]>
}

/** All is well. */
export function ok(message: string): Finding {
  return { level: 'ok', message, fix: null, remedy: null }
}

/** Something a person should know; the work goes on. */
export function warning(message: string, fix: string, remedy: Remedy | null = null): Finding {
  return { level: 'warning', message, fix, remedy }
}

/** Something does not work. */
export function problem(message: string, fix: string, remedy: Remedy | null = null): Finding {
  return { level: 'error', message, fix, remedy }
}

/** The problems, or one word that there are none. */
export function orOk(findings: readonly Finding[], message: string): readonly Finding[] {
  return findings.length > 0 ? findings : [ok(message)]
}
