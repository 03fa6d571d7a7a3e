/** What each rule of the gate is about, for tools that list rules beside their findings. */
import type { RuleName } from './verdict.ts'

export interface RuleWords {
  /** One sentence, a full stop at its end. */
  readonly short: string
  /** What to do about it. */
  readonly help: string
}

export const RULE_WORDS: Readonly<Record<RuleName, RuleWords>> = {
  protected: {
    short: 'No task may change a protected path.',
    help: 'Take the change back. A person makes it on the base, outside any task ("protected" in lanekeeper.json).',
  },
  deny: {
    short: 'The task is denied this path.',
    help: 'Take the change back, or let a person edit the task: npx lanekeeper task edit ID.',
  },
  scope: {
    short: 'A task changes only what its scope allows.',
    help: 'Take the change back, or let a person widen the task: npx lanekeeper task widen ID PATH --reason "…".',
  },
  'no-task': {
    short: 'A branch that is named as a task’s belongs to an open task.',
    help: 'Make it a task (npx lanekeeper new-task --branch NAME), push refs/lanekeeper/tasks, or rename the branch.',
  },
  'link-escapes': {
    short: 'A symbolic link stays in the repository.',
    help: 'Point the link at a path inside, relative to itself.',
  },
  'name-twin': {
    short: 'No two paths differ by case or Unicode form alone.',
    help: 'Give the file another name: disks that fold names hold only one of the two.',
  },
  'migration-owner': {
    short: 'Only the task whose turn it is adds migrations.',
    help: 'Claim the lease (npx lanekeeper migration claim), or leave migrations to the task that owns them.',
  },
  'migration-immutable': {
    short: 'A migration that the base has is not changed.',
    help: 'Take the change back and write a new migration: npx lanekeeper new-migration NAME.',
  },
  'migration-duplicate': {
    short: 'A migration’s version is its own.',
    help: 'Give it the next one: npx lanekeeper migration renumber.',
  },
  'migration-order': {
    short: 'A new migration comes after all that the base has.',
    help: 'Merge the base in, then: npx lanekeeper migration renumber.',
  },
  'migration-journal': {
    short: 'Journals, snapshots and dumps agree with the migrations beside them.',
    help: 'Let the migration tool write them again; never edit them by hand.',
  },
  'migration-graph': {
    short: 'Migrations make one line from the base’s last one.',
    help: 'Let the new migration depend on the base’s last one, or add a merge migration.',
  },
  'migration-table': {
    short: 'A task’s migrations touch only the tables it lists.',
    help: 'Leave the table alone, or let a person give it to the task: npx lanekeeper task edit ID.',
  },
  'migration-schema': {
    short: 'A changed schema comes with a migration.',
    help: 'Make one: npx lanekeeper new-migration NAME.',
  },
}
