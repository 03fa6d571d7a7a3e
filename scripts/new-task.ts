/** `new-task`: from a few answers to a worktree that an agent can start in. */
import {
  type Command,
  commonOptions,
  EXIT_INTERRUPTED,
  flag,
  type Result,
  type Session,
  textOption,
} from './command.ts'
import { askedDocument } from './migrations/leases.ts'
import { EXIT } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { type SetupDocument, setupDocument } from './provisioning/provision.ts'
import { stateOf, vanishedRecords } from './system/ledger.ts'
import { table } from './system/output.ts'
import { openRepository } from './system/repository.ts'
import { type MadeTask, makeTask } from './tasks/make-task.ts'
import { answersTo } from './tasks/new-task-answers.ts'
import { consentOf } from './tasks/overlaps.ts'
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
    const answers = await answersTo(input, session)
    if (answers === null) return stopped(session)
    const made = await makeTask(session, answers, textOption(input, 'path') ?? null, consent)
    return finishTask(session, made, flag(input, 'launch'))
  },
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
