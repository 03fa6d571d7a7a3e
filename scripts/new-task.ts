/** `new-task`: from a few answers to a worktree that an agent can start in. */
import {
  type Command,
  commonOptions,
  EXIT_INTERRUPTED,
  flag,
  type Input,
  listOption,
  type Result,
  type Session,
  textOption,
  usageError,
} from './command.ts'
import { askedDocument } from './leases.ts'
import { type MadeTask, makeTask } from './make-task.ts'
import { consentOf } from './overlaps.ts'
import { EXIT } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { answersOf, type RawAnswers } from './policy/task-answers.ts'
import type { TaskAnswers } from './policy/task-draft.ts'
import { type SetupDocument, setupDocument } from './provision.ts'
import { stateOf, vanishedRecords } from './system/ledger.ts'
import { table } from './system/output.ts'
import { askGenerator } from './system/plop.ts'
import { openRepository } from './system/repository.ts'
import { goTo } from './where-to.ts'

export const command: Command = {
  summary: 'Makes a task: its branch and worktree, provisioned and briefed. Asks where a person can answer.',
  usage: '--title TEXT --allow PATTERN [--allow PATTERN …] [options]',
  options: {
    title: { type: 'string', value: 'TEXT', help: 'What is to be done, in one line' },
    allow: { type: 'string', value: 'PATTERN', multiple: true, help: 'What the task may change' },
    deny: {
      type: 'string',
      value: 'PATTERN',
      multiple: true,
      help: 'What it must not change though --allow covers it',
    },
    shared: { type: 'string', value: 'FILE', multiple: true, help: 'A file it shares with other tasks (package.json)' },
    step: { type: 'string', value: 'TEXT', multiple: true, help: 'A numbered step of the brief' },
    context: { type: 'string', value: 'TEXT', help: 'Background for the agent, in Markdown' },
    id: { type: 'string', value: 'ID', help: 'Short name; default: made from the title' },
    branch: { type: 'string', value: 'NAME', help: 'Its branch; default: "branch" of the settings, task/<id>' },
    base: { type: 'string', value: 'NAME', help: 'Branch it starts from and lands on' },
    'depends-on': { type: 'string', value: 'ID', multiple: true, help: 'A task that must land first' },
    'allow-overlap': { type: 'boolean', help: 'A person: it may take in files of another task; needs --reason' },
    reason: { type: 'string', value: 'TEXT', help: 'Why they may overlap, for the record' },
    migrations: {
      type: 'string',
      value: 'DATABASE',
      help: 'It owns the migrations of this database, or waits for them',
    },
    table: { type: 'string', value: 'NAME', multiple: true, help: 'A table of that database it changes' },
    agent: { type: 'string', value: 'NAME', help: 'Who works on it, e.g. claude; default: none' },
    path: { type: 'string', value: 'DIR', help: 'Where its worktree goes; default: "worktrees" of the settings' },
    launch: { type: 'boolean', help: 'Start its agent at once' },
    yes: commonOptions.yes,
  },
  positionals: [0, 0],
  examples: [
    'lanekeeper new-task                       (asks)',
    'lanekeeper new-task --title "Add login" --allow src/auth --allow test/auth',
    'lanekeeper new-task --title "Sessions table" --allow src/db --migrations dev --agent claude --json',
  ],
  run: async (input, session) => {
    const consent = consentOf(input, session, 'new-task')
    const missing = missingFlags(input)
    if (missing.length > 0 && !session.isInteractive) throw notSaid(missing)
    const answers = missing.length === 0 ? answersFrom(input) : await askedFor(input)
    if (answers === null) return stopped(session)
    const made = await makeTask(session, answers, textOption(input, 'path') ?? null, consent)
    return finishTask(session, made, flag(input, 'launch'))
  },
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
async function askedFor(input: Input): Promise<TaskAnswers | null> {
  const said = answersFrom(input)
  const list = (name: string, separator = ', ') => listOption(input, name).join(separator) || null
  const text = (name: string) => textOption(input, name) ?? null
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
    dependsOn: list('depends-on'),
    migrations: [text('migrations') ?? [], listOption(input, 'table')].flat().join(' ') || null,
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

function stopped(session: Session): Result {
  session.out.note('Stopped. Nothing was made.')
  return { json: { ok: false, error: { code: 'usage', message: 'Stopped.' } }, text: '', exit: EXIT_INTERRUPTED }
}

/** Says what was made and where to go on; a failed set-up is said too, and is exit status 3. */
export async function finishTask(session: Session, made: MadeTask, shouldLaunch: boolean): Promise<Result> {
  const { record, policy, task, alarms } = made
  const document = setupDocument(record, policy)
  const { state } = document
  if (state === 'failed') {
    for (const { step, message, hint } of record.problems) session.out.error(`${step}: ${message}`, hint)
    session.out.error(
      `The worktree is there, but its set-up failed. Mend the cause, then:`,
      commandLine(['npx', 'lanekeeper', 'setup', record.path]),
    )
  }
  if (shouldLaunch && state !== 'failed') {
    const { command: launch } = await import('./launch.ts')
    await launch.run({ values: {}, positionals: [task.id], rest: [] }, session)
  }
  warnOfLeftovers(session)
  const text = [facts(made, document), nextSteps(session, made, shouldLaunch)].join('\n\n')
  return {
    json: { ...document, ...askedDocument(made.lease), ...(alarms.length > 0 ? { alarms } : {}) },
    text,
    exit: state === 'failed' ? EXIT.environment : EXIT.ok,
  }
}

/** git has no hook for a directory that is deleted by hand, and a database costs money or disk until somebody looks. */
function warnOfLeftovers({ cwd, env, out }: Session): void {
  const { length } = vanishedRecords(openRepository(cwd, env))
  if (length > 0) out.warn(`${length} vanished worktree(s) left ports or databases behind: npx lanekeeper gc --dry-run`)
}

function facts({ task, record }: MadeTask, { ports, urls, databases, state }: SetupDocument): string {
  return table([
    ['Task', `${task.id}: ${task.title}`],
    ['Branch', `${task.branch} (from ${task.base})`],
    ['Worktree', record.path],
    ['May change', [...task.allow, ...task.shared].join(', ')],
    ...Object.entries(ports).map(([name, port]) => [name, [port, urls[name]].join('  ').trimEnd()]),
    ...Object.entries(databases).map(([role, { url }]) => [`Database ${role}`, url]),
    ['State', state],
  ])
}

function nextSteps(session: Session, { task, record }: MadeTask, isLaunched: boolean): string {
  const go = goTo(record.path, session)
  // an agent is started only where everything is ready: `launch` would refuse
  const next = stateOf(record) === 'ready' ? ['launch', task.id] : ['setup', record.path, '--wait']
  const command = commandLine(['npx', 'lanekeeper', ...next])
  return ['Next:', `  ${go}`, ...(isLaunched ? [] : [`  ${command}`]), '  npx lanekeeper status'].join('\n')
}
