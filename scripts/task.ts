/** `task`: look at tasks, and what a person does to them. */
import {
  type Command,
  flag,
  type Input,
  listOption,
  type Result,
  type Session,
  textOption,
  usageError,
} from './command.ts'
import { shareChanges } from './contact.ts'
import { type Entrance, enter } from './entrance.ts'
import { assertPersonsPlace } from './gate/persons-place.ts'
import { LanekeeperError } from './policy/errors.ts'
import { formatTask, type Task } from './policy/task.ts'
import { table } from './system/output.ts'
import { TASKS_REF } from './system/policy-source.ts'
import { closeTask, taskNamed, widenTask } from './tasks/change.ts'
import { editTask, mendTask } from './tasks/edit.ts'
import { handOff } from './tasks/handoff.ts'
import { consentOf } from './tasks/overlaps.ts'

type Action = (input: Input, session: Session, entrance: Entrance) => Promise<Result> | Result

const ACTIONS: Readonly<Record<string, Action>> = { list, show, edit, widen, handoff, close }

export const command: Command = {
  summary: 'List, show, edit, widen, hand over or close tasks.',
  usage:
    'list | show <id> | edit <id> | widen <id> <pattern>… --reason TEXT | handoff <id> --file PATH --note TEXT | close <id>',
  options: {
    all: { type: 'boolean', short: 'a', help: 'list: landed and closed tasks too' },
    allow: { type: 'string', value: 'PATTERN', multiple: true, help: 'widen: a pattern, as the words after the id' },
    reason: { type: 'string', value: 'TEXT', help: 'Why, for the record' },
    'depends-on': {
      type: 'string',
      value: 'ID',
      multiple: true,
      help: 'widen: a task that must land first from now on',
    },
    'allow-overlap': { type: 'boolean', help: 'widen, edit: it may take in files of another task; needs --reason' },
    file: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'edit: take the new text from it instead of an editor; handoff: what the note is about',
    },
    note: { type: 'string', value: 'TEXT', help: 'handoff: what the other task is to do, and why' },
    done: { type: 'string', value: 'N', help: 'handoff: that note of this task is seen to' },
  },
  positionals: [1, 100],
  examples: [
    'npx lanekeeper task list',
    'npx lanekeeper task show add-auth',
    'npx lanekeeper task widen add-auth src/db/pool.ts --reason "sessions need the pool"',
    'npx lanekeeper task handoff add-db --file src/db/pool.ts --note "please export pool.max"',
    'npx lanekeeper task handoff --done 1',
    'npx lanekeeper task close add-auth --reason "not needed any more"',
  ],
  run: async (input, session) => {
    const [name = '', id] = input.positionals
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action) throw usageError(`There is no "task ${name}".`, `There is: ${Object.keys(ACTIONS).join(', ')}`)
    if (!['list', 'handoff'].includes(name) && id === undefined)
      throw usageError(`task ${name} needs the id of a task.`, 'All ids: npx lanekeeper task list')
    const isChange = action !== list && action !== show
    const entrance = entered(session, name === 'edit' ? (id ?? null) : null, isChange)
    if (entrance === null) return changed(await mendTask(session, id ?? '', fileOf(input)), null)
    const result = await action(input, session, entrance)
    if (isChange) shareChanges(entrance.repository, entrance.policy.settings, session.out)
    return result
  },
}

/** The entrance, or null where the file of the very task that is to be edited is what keeps the policy from being read. */
function entered(session: Session, editing: string | null, remote: boolean): Entrance | null {
  try {
    return enter(session, { remote })
  } catch (error) {
    const isBroken = error instanceof LanekeeperError && error.code === 'task-file'
    if (isBroken && editing !== null && error.message.startsWith(`Task file ${editing}.md`)) return null
    throw error
  }
}

function list(input: Input, _session: Session, { policy }: Entrance): Result {
  const tasks = policy.tasks.filter(({ state }) => state === 'open' || flag(input, 'all'))
  const rows = tasks.map((task) => [
    task.id,
    task.state,
    task.branch,
    [...task.allow, ...task.shared].join(', '),
    task.dependsOn.join(', ') || '-',
    [task.migrations ?? '-', ...(task.tables.length > 0 ? [`(${task.tables.join(', ')})`] : [])].join(' '),
    task.title,
  ])
  const heading = ['TASK', 'STATE', 'BRANCH', 'MAY CHANGE', 'AFTER', 'MIGRATIONS', 'TITLE']
  const text = tasks.length === 0 ? 'No open task. Make one: npx lanekeeper new-task' : table([heading, ...rows])
  return { json: { ok: true, tasks }, text }
}

function show(input: Input, _session: Session, { repository, policy }: Entrance): Result {
  const task = taskNamed(policy, idOf(input))
  const log = repository.git.attempt(['log', '-z', '--format=%aI%x09%an%x09%B', TASKS_REF, '--', `${task.id}.md`])
  const history = log.stdout
    .split('\0')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [when = '', who = '', ...what] = entry.split('\t')
      return { when, who, what: what.join('\t').trim() }
    })
  return { json: { ok: true, task, history }, text: formatTask(task) }
}

async function edit(input: Input, session: Session, entrance: Entrance): Promise<Result> {
  assertPersonsPlace(entrance.repository, entrance.policy, ['task', ...input.positionals])
  const before = taskNamed(entrance.policy, idOf(input))
  const consent = consentOf(input, session, 'task', 'edit', before.id)
  const reason = textOption(input, 'reason')?.trim() ?? ''
  const task = await editTask(session, entrance, before, { file: fileOf(input), reason, consent })
  return changed(task, formatTask(before) === formatTask(task) ? `Task ${task.id} is as it was.` : null)
}

async function widen(input: Input, session: Session, entrance: Entrance): Promise<Result> {
  const [, id = '', ...words] = input.positionals
  const patterns = [...words, ...listOption(input, 'allow')]
  const reason = textOption(input, 'reason')?.trim() ?? ''
  const repeated = ['task', 'widen', id, ...patterns, '--reason', reason || '…']
  assertPersonsPlace(entrance.repository, entrance.policy, repeated)
  if (patterns.length === 0)
    throw usageError('task widen needs a pattern.', `npx lanekeeper task widen ${id} src/db --reason "…"`)
  if (reason === '')
    throw usageError('task widen needs --reason: it goes on record.', '--reason "sessions need the pool"')
  const consent = consentOf(input, session, 'task', 'widen', id)
  const dependsOn = listOption(input, 'depends-on')
  const task = await widenTask(session, entrance, { id, patterns, dependsOn, reason, consent })
  return changed(task, `Task ${task.id} may change: ${task.allow.join(', ')}`)
}

async function handoff(input: Input, _session: Session, entrance: Entrance): Promise<Result> {
  const { task, handoff, isDone } = await handOff(input, entrance)
  const text = isDone
    ? `Note ${handoff.number} of task ${task.id}, from ${handoff.from}, is done.`
    : `Task ${task.id} has your note (${handoff.number}) in its TASK.md. Go on with what lies in your lane.`
  return { json: { ok: true, task, handoff }, text }
}

async function close(input: Input, session: Session, entrance: Entrance): Promise<Result> {
  assertPersonsPlace(entrance.repository, entrance.policy, ['task', ...input.positionals])
  const { id, state } = taskNamed(entrance.policy, idOf(input))
  if (state !== 'open')
    return { json: { ok: true, task: taskNamed(entrance.policy, id) }, text: `Task ${id} is ${state} already.` }
  const task = await closeTask(session, entrance, idOf(input), textOption(input, 'reason') ?? '')
  return changed(
    task,
    `Task ${task.id} is closed. Its branch ${task.branch} stays until: npx lanekeeper remove ${task.id}`,
  )
}

function changed(task: Task, text: string | null): Result {
  return { json: { ok: true, task }, text: text ?? `Task ${task.id} is changed.` }
}

/** `--file` of an edit: the last one said, as for any option that is no list. */
function fileOf(input: Input): string | null {
  return listOption(input, 'file').at(-1) ?? null
}

function idOf(input: Input): string {
  return input.positionals[1] ?? ''
}
