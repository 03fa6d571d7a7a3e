/** The rules on migrations, in the order their findings are shown. Each is a pure function of what a task brings to one set. */
import type { Change } from '../changes.ts'
import type { Task } from '../task.ts'
import { type Brought, broughtTo, type Finding, type MigrationFacts } from './brought.ts'
import { graph } from './graph.ts'
import { immutable } from './immutable.ts'
import { journal } from './journal.ts'
import type { MigrationSet } from './migration-set.ts'
import { leaseHeld } from './owner.ts'
import { schemaSource } from './schema-source.ts'
import { duplicate, duplicateElsewhere, order, stampInside } from './sequence.ts'
import { opaque, tables, tablesOfCode } from './tables.ts'

export type MigrationRule =
  | 'migration-owner'
  | 'migration-immutable'
  | 'migration-duplicate'
  | 'migration-order'
  | 'migration-journal'
  | 'migration-graph'
  | 'migration-table'
  | 'migration-schema'

export interface MigrationFinding extends Finding {
  readonly rule: MigrationRule
  readonly isWarning: boolean
}

interface Rule {
  readonly rule: MigrationRule
  readonly find: (brought: Brought) => Finding[]
  readonly isWarning?: boolean
}

const RULES: readonly Rule[] = [
  { rule: 'migration-owner', find: leaseHeld },
  { rule: 'migration-immutable', find: immutable },
  { rule: 'migration-duplicate', find: duplicate },
  { rule: 'migration-order', find: order },
  { rule: 'migration-order', find: stampInside },
  { rule: 'migration-journal', find: journal },
  { rule: 'migration-graph', find: graph },
  { rule: 'migration-table', find: tables },
  { rule: 'migration-table', find: opaque, isWarning: true },
  { rule: 'migration-table', find: tablesOfCode, isWarning: true },
  { rule: 'migration-duplicate', find: duplicateElsewhere, isWarning: true },
  { rule: 'migration-schema', find: schemaSource, isWarning: true },
]

/**
 * What is wrong with the migrations a task brings. Sets of databases that the task does not own are the scope's to
 * refuse (policy/scope.ts) and are not looked at here.
 * @param changes all that the task brings to the base
 */
export function findingsOf(
  sets: readonly MigrationSet[],
  task: Task,
  base: string,
  changes: readonly Change[],
  facts: MigrationFacts,
): MigrationFinding[] {
  const brought = sets
    .filter(({ database }) => database === task.migrations)
    .map((set) => broughtTo(set, task, base, changes, facts))
    .filter((one) => one !== null)
  return brought.flatMap((one) =>
    RULES.flatMap(({ rule, find, isWarning = false }) => find(one).map((finding) => ({ rule, isWarning, ...finding }))),
  )
}
