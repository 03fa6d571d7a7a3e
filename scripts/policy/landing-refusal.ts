/** Why a task did not land, in the form `--json` gives it. */
import { LanekeeperError } from './errors.ts'
import type { BlockedTask } from './landing-order.ts'
import { refusalText } from './refusal.ts'
import type { Facts, Verdict, Violation } from './verdict.ts'
import { isAllowable } from './ways-on.ts'

export interface Refused {
  readonly task: string
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly violations?: readonly Violation[]
}

/** The gate's no, with its findings. */
export class OutOfScope extends LanekeeperError {
  readonly violations: readonly Violation[]

  constructor(task: string, verdict: Verdict, facts: Facts, allowed: readonly string[] = []) {
    super('refused', refusalText(verdict, facts, { door: 'landing', what: `land ${task}`, recovery: [], allowed }))
    this.violations = verdict.violations
  }
}

/**
 * What is left of a verdict once a person let these paths pass: only the paths named, and only where the rule is about who
 * may change them. Migrations, links that escape and twins of names stay refused.
 * @returns the verdict on the rest, and the paths that it would have refused
 */
export function withoutAllowed(
  verdict: Verdict,
  allowed: readonly string[],
): { readonly verdict: Verdict; readonly passed: readonly string[] } {
  const isPassed = (violation: Violation) => isAllowable(violation) && allowed.includes(violation.path)
  const violations = verdict.violations.filter((violation) => !isPassed(violation))
  return {
    verdict: { ...verdict, violations, verdict: violations.length === 0 ? 'pass' : 'refuse' },
    passed: [...new Set(verdict.violations.filter(isPassed).map(({ path }) => path))],
  }
}

/** An error as the reason why a task did not land. */
export function refusedBecause(task: string, error: LanekeeperError): Refused {
  const { code, message, hint } = error
  const violations = error instanceof OutOfScope ? { violations: error.violations } : {}
  return { task, code, message, ...(hint ? { hint } : {}), ...violations }
}

/** A task that others must come before. */
export function refusedAsBlocked({ task: { id }, missing }: BlockedTask): Refused {
  const names = missing.map((other) => `"${other}"`).join(', ')
  return {
    task: id,
    code: 'refused',
    message: `"${id}" depends on ${names}, which ${missing.length === 1 ? 'has' : 'have'} not landed.`,
    hint: `Land them together: npx lanekeeper land ${missing.join(' ')} ${id}`,
  }
}
