/**
 * The bundle that the gates' stubs start: `<hook> <args…>`. It knows one thing: the gate fails closed.
 */

import { warmUp } from '../scripts/adoption/warm-up.ts'
import { LanekeeperError } from '../scripts/policy/errors.ts'
import { preCommit } from './pre-commit.ts'
import { preMergeCommit } from './pre-merge-commit.ts'
import { prePush } from './pre-push.ts'
import { preRebase } from './pre-rebase.ts'
import { referenceTransaction } from './reference-transaction.ts'

/** Each gives the text of its refusal, or null to let git go on. */
const GATES: Readonly<Record<string, (args: readonly string[]) => string | null>> = {
  'pre-commit': preCommit,
  'pre-merge-commit': preMergeCommit,
  'pre-rebase': preRebase,
  'pre-push': prePush,
  'reference-transaction': referenceTransaction,
}

const [name = '', ...args] = process.argv.slice(2)
if (name === 'warm-up') warmUp()
else if (GATES[name]) process.exitCode = runGate(GATES[name], args)

function runGate(gate: (args: readonly string[]) => string | null, words: readonly string[]): number {
  try {
    const refusal = gate(words)
    if (refusal !== null) process.stderr.write(`✗ ${refusal}\n`)
    return refusal === null ? 0 : 1
  } catch (error) {
    process.stderr.write(`${cannotDecide(error)}\n`)
    return 1
  }
}

/** Not being able to decide is a refusal too; the way round it is a person's and leaves an alarm. */
function cannotDecide(error: unknown): string {
  const isOurs = !(error instanceof LanekeeperError)
  const message = error instanceof Error ? (isOurs ? (error.stack ?? error.message) : error.message) : String(error)
  const hint = error instanceof LanekeeperError && error.hint ? `\n↳ ${error.hint.replaceAll('\n', '\n↳ ')}` : ''
  return [
    `✗ lanekeeper: the gate cannot decide, so it refuses: ${message}${hint}`,
    '↳ a person may go round it: the same command with LANEKEEPER=0 in front, then: npx lanekeeper accept --reason "…"',
  ].join('\n')
}
