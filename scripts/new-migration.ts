/** `new-migration`: a migration with the right number, for the task whose turn it is. Asks where a person can answer. */
import {
  type Command,
  commonOptions,
  EXIT_INTERRUPTED,
  type Input,
  type Session,
  textOption,
  usageError,
} from './command.ts'
import { enter } from './entrance.ts'
import { type MadeMigration, type MigrationAnswers, makeMigration } from './migrations/make-migration.ts'
import { LanekeeperError } from './policy/errors.ts'
import { askGenerator } from './system/plop.ts'

export const command: Command = {
  summary: 'Makes a migration with the right number: takes the lease (or says who has it), then the tool or a template',
  usage: '[<name>…] [--database NAME] [--preset NAME]',
  options: {
    name: { type: 'string', value: 'TEXT', help: 'What it does, in a few words' },
    database: { type: 'string', value: 'NAME', help: "Whose migrations; default: the task's" },
    preset: { type: 'string', value: 'NAME', help: 'Which set, where a database has several' },
    yes: commonOptions.yes,
  },
  positionals: [0, 20],
  examples: ['npm run new-migration                          (asks)', 'npx lanekeeper new-migration add tags'],
  run: async (input, session) => {
    const answers = await answersFrom(input, session)
    if (answers === null)
      return { json: { ok: false, error: { code: 'usage', message: 'Stopped.' } }, text: '', exit: EXIT_INTERRUPTED }
    const made = await makeMigration(enter(session, { alarms: false }), session, answers)
    return { json: { ok: true, ...made }, text: describeMigration(made) }
  },
}

async function answersFrom(input: Input, session: Session): Promise<MigrationAnswers | null> {
  const known = {
    name: nameOf(input),
    database: textOption(input, 'database'),
    preset: textOption(input, 'preset'),
  }
  if (known.name !== undefined) return { ...known, name: known.name }
  if (!session.isInteractive)
    throw new LanekeeperError('usage', 'A new migration needs a name.', {
      hint: 'npx lanekeeper new-migration add tags',
    })
  const asked = await askGenerator('migration', { name: null })
  return asked && { ...known, name: asked.name ?? '' }
}

/** As the runners take it: words after the verb are the name. */
function nameOf(input: Input): string | undefined {
  const { positionals } = input
  const named = textOption(input, 'name')
  if (named !== undefined && positionals.length > 0)
    throw usageError(`Two names: "${named}" and "${positionals.join(' ')}".`, 'Give one of them.')
  return named ?? (positionals.length > 0 ? positionals.join(' ') : undefined)
}

/** What was made, and what comes next. */
export function describeMigration({ files, warnings }: MadeMigration): string {
  return [...files.map((file) => `Made ${file}`), ...warnings.map((warning) => `▲ ${warning}`)].join('\n')
}
