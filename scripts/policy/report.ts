/** What `check` has to say, whatever form it is asked for in. */
import type { ErrorCode } from './errors.ts'
import { refusalText, warningTexts } from './refusal.ts'
import type { Facts, Verdict } from './verdict.ts'

export const FORMATS = ['text', 'json', 'github', 'sarif'] as const
export type Format = (typeof FORMATS)[number]

export interface Report {
  readonly branch: string
  readonly base: string
  readonly verdict: Verdict
  readonly facts: Facts
  /** Whether it is asked where nobody sits: then nothing is offered that only a person at a clone can do at once. */
  readonly door: 'landing' | 'ci'
  /** What the verdict could not take into account: a sentence each. */
  readonly unjudged: readonly string[]
}

/** A check that came to no verdict. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | undefined
}

/** One line for a pass; for a refusal the whole of it, as the gate words it. */
export function reportText({ branch, base, verdict, facts, door, unjudged }: Report): string {
  const blind = unjudged.map((text) => `○ not judged: ${text}`)
  if (verdict.verdict === 'refuse')
    return [`✗ ${refusalText(verdict, facts, { door, what: `landing ${branch}`, recovery: [] })}`, ...blind].join('\n')
  const warnings = warningTexts(verdict).map((text) => `▲ ${text}`)
  return [passLine({ branch, base, verdict }), ...warnings, ...blind].join('\n')
}

/** `✓ task/auth may land on main (3 changed paths)` */
export function passLine({ branch, base, verdict: { checked } }: Pick<Report, 'branch' | 'base' | 'verdict'>): string {
  return `✓ ${branch} may land on ${base} (${checked} changed ${checked === 1 ? 'path' : 'paths'})`
}
