/** What a new task is to be: from the flags, and at a terminal from prompts for what the flags leave open. */
import { type Input, listOption, type Session, textOption, usageError } from '../command.ts'
import { answersOf, isWorthAsking, type RawAnswers } from '../policy/task-answers.ts'
import type { TaskAnswers } from '../policy/task-draft.ts'
import { askGenerator } from '../system/plop.ts'
import { answerFacts } from './facts.ts'

/**
 * The answers of `new-task`; null when the person stopped.
 * @throws `usage` where flags are missing and nobody can be asked, or an answer does not pass its question's check
 */
export async function answersTo(input: Input, session: Session): Promise<TaskAnswers | null> {
  const missing = missingFlags(input)
  if (missing.length === 0) return answersFrom(input)
  if (!session.isInteractive) throw notSaid(missing)
  return askedFor(input, session)
}

function missingFlags(input: Input): string[] {
  return [
    ...(textOption(input, 'title')?.trim() ? [] : ['--title']),
    ...(listOption(input, 'allow').length > 0 ? [] : ['--allow']),
  ]
}

function notSaid(missing: readonly string[]) {
  return usageError(
    `new-task needs ${missing.join(' and ')}.`,
    'Example: npx lanekeeper new-task --title "Add login" --allow src/auth\nAt a terminal it asks: npx lanekeeper new-task',
  )
}

/** What the flags say. */
function answersFrom(input: Input): TaskAnswers {
  const optional = Object.fromEntries(
    (['id', 'branch', 'base'] as const).map((name) => [name, textOption(input, name)]),
  )
  return {
    title: textOption(input, 'title') ?? '',
    allow: listOption(input, 'allow'),
    ...optional,
    deny: listOption(input, 'deny'),
    shared: listOption(input, 'shared'),
    steps: listOption(input, 'step'),
    context: textOption(input, 'context') ?? '',
    dependsOn: listOption(input, 'depends-on'),
    migrations: textOption(input, 'migrations') ?? null,
    tables: listOption(input, 'table'),
    agent: textOption(input, 'agent') ?? 'none',
  }
}

/** Asks for what the flags do not say; null when the person stopped. */
async function askedFor(input: Input, session: Session): Promise<TaskAnswers | null> {
  const said = answersFrom(input)
  const facts = answerFacts(session)
  const list = (name: string, separator = ', ') => listOption(input, name).join(separator) || null
  const text = (name: string) => textOption(input, name) ?? null
  const none = (name: keyof RawAnswers) => (isWorthAsking(name, facts) ? null : '')
  const raw = await askGenerator('task', {
    title: text('title'),
    id: text('id'),
    branch: text('branch'),
    base: text('base'),
    allow: list('allow'),
    deny: list('deny'),
    shared: list('shared'),
    steps: list('step', '; '),
    context: text('context'),
    dependsOn: list('depends-on') ?? none('dependsOn'),
    migrations: [text('migrations') ?? [], listOption(input, 'table')].flat().join(' ') || none('migrations'),
    agent: text('agent'),
  } satisfies Record<keyof RawAnswers, string | null>)
  if (raw === null) return null
  const asked = answersOf(raw as unknown as RawAnswers)
  const flags = {
    allow: said.allow,
    deny: said.deny,
    shared: said.shared,
    steps: said.steps,
    dependsOn: said.dependsOn,
    tables: said.tables,
  }
  // a pattern with a space is one pattern in a flag, two in a prompt
  return { ...asked, ...Object.fromEntries(Object.entries(flags).filter(([, words]) => words && words.length > 0)) }
}
