/** `migration`: whose turn it is at a database's migrations. */
import { type Command, commonOptions, type Input, type Result, type Session, usageError } from './command.ts'
import { claim } from './migrations/claim.ts'
import { release } from './migrations/release.ts'
import { renumber } from './migrations/renumber.ts'
import { status } from './migrations/status.ts'
import { command as newMigration } from './new-migration.ts'

type Action = (input: Input, session: Session) => Promise<Result> | Result

const ACTIONS: Readonly<Record<string, Action>> = {
  claim,
  new: (input, session) => newMigration.run({ ...input, positionals: input.positionals.slice(1) }, session),
  release,
  renumber,
  status,
}

const USAGE = 'claim [DATABASE] | release [DATABASE] [--force --task ID] | status [DATABASE] | renumber | new <name>…'

export const command: Command = {
  summary: 'Whose turn it is at the migrations of a database: the lease, and who waits for it',
  usage: USAGE,
  options: {
    task: { type: 'string', value: 'ID', help: "The task; in a task's own worktree it is that one" },
    force: { type: 'boolean', help: 'release: take the lease from a task that holds it (a person, on record)' },
    reason: { type: 'string', value: 'TEXT', help: 'release --force: why, for the record' },
    reset: { type: 'boolean', help: 'renumber: and give the worktree’s database its first state again' },
    ...newMigration.options,
    'dry-run': commonOptions.dryRun,
  },
  positionals: [1, 20],
  examples: [
    'npx lanekeeper migration renumber                 # another task landed one first: new numbers for yours',
    'npx lanekeeper migration claim                    # in the worktree of a task with --migrations: its lease, or its place in line',
    'npx lanekeeper migration status                   # all databases: who, since, until, who waits',
    'npx lanekeeper migration release                  # let the next one go first',
    'npx lanekeeper migration release dev --task add-tags --force --reason "its agent is gone"',
  ],
  run: async (input, session) => {
    const [name = '', , ...more] = input.positionals
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (name !== 'new' && more.length > 0)
      throw usageError(`migration ${name} takes one database, and not "${more.join(' ')}" as well.`, `Usage: ${USAGE}`)
    if (action) return action(input, session)
    throw usageError(`There is no "migration ${name}".`, `There is: ${Object.keys(ACTIONS).join(', ')}`)
  },
}
