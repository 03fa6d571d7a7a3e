/** `db`: the worktree's own databases, and the template they are forked from. The main worktree's are only ever read. */
import { type Command, commonOptions, flag, type Input, type Result, type Session, usageError } from './command.ts'
import { reset, restore, snapshot } from './databases/change.ts'
import { diff, snapshots, url } from './databases/look.ts'
import { template } from './databases/template.ts'

type Action = (input: Input, session: Session) => Promise<Result> | Result

const ACTIONS: Readonly<Record<string, Action>> = { url, reset, snapshot, restore, snapshots, diff, template }

export const command: Command = {
  summary: "The worktree's databases: their URL, a fresh fork, snapshots, what the schema differs in",
  usage:
    'url [ROLE] | reset [ROLE] [--empty] | snapshot [NAME] | restore [NAME] | snapshots | diff [ROLE] | template [ROLE] [--drop]',
  options: {
    worktree: { type: 'string', value: 'WORKTREE', help: 'Task, path or branch of another worktree than this one' },
    role: { type: 'string', value: 'ROLE', help: 'snapshot, restore: which database, where there are several' },
    var: { type: 'string', value: 'NAME', help: 'url: the value of this variable' },
    empty: { type: 'boolean', help: 'reset: without content, then migrated and seeded' },
    replace: { type: 'boolean', help: 'snapshot: in place of the one that has this name' },
    list: { type: 'boolean', help: 'snapshot: list them, as `snapshots` does' },
    drop: { type: 'boolean', help: 'template: take it away' },
    'dry-run': commonOptions.dryRun,
  },
  positionals: [1, 2],
  examples: [
    'psql "$(npx lanekeeper db url)"              # the URL with its password',
    "npx lanekeeper db reset                      # fork the main worktree's database once more, under a running server",
    'npx lanekeeper db snapshot before-migration  # then: npx lanekeeper db restore before-migration',
    'npx lanekeeper db template                   # Postgres: an idle copy to fork from, made anew from the source',
    "npx lanekeeper db diff                       # schema against the main worktree's",
  ],
  run: async (input, session) => {
    const [name = ''] = input.positionals
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action) throw usageError(`There is no "db ${name}".`, `There is: ${Object.keys(ACTIONS).join(', ')}`)
    return action === snapshot && flag(input, 'list') ? snapshots(input, session) : action(input, session)
  },
}
