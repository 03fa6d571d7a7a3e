/**
 * A task: what one agent is to do, and where it may do it. Kept as `<id>.md` (YAML front matter + body) in the tree of
 * `refs/lanekeeper/tasks`; this file only turns that text into a value and back.
 */
import { LanekeeperError } from './errors.ts'
import { formatHandoffs, HANDOFFS_HEADING, type Handoff, parseHandoffs } from './handoffs.ts'
import { checkedTables } from './migrations/table-names.ts'
import { checkedBranch, checkedTaskId } from './names.ts'
import { checkedPatterns, matchesEverything } from './patterns.ts'
import * as z from './schema.ts'
import { readYaml, writeYaml } from './yaml-text.ts'

export type TaskState = 'open' | 'landed' | 'closed'

export interface Task {
  readonly id: string
  readonly title: string
  readonly branch: string
  readonly base: string
  /** What the task may change. */
  readonly allow: readonly string[]
  /** What it must not change, although `allow` covers it. */
  readonly deny: readonly string[]
  /** Files it may change that other tasks may change too (manifests, lockfiles); also needs the repository's consent. */
  readonly shared: readonly string[]
  /** Numbered steps of the brief. */
  readonly steps: readonly string[]
  /** Background for the agent: free Markdown. */
  readonly context: string
  /** Ids of tasks that must land first. */
  readonly dependsOn: readonly string[]
  /** The database whose migrations this task owns, or null. */
  readonly migrations: string | null
  /** Tables of that database it may change: needed where "mode" is `tables`; elsewhere empty means any. */
  readonly tables: readonly string[]
  /** Name of the agent in the settings, `none` to launch nothing. */
  readonly agent: string
  readonly state: TaskState
  /** What other tasks need of its files, oldest first. */
  readonly handoffs: readonly Handoff[]
  /** ISO 8601, UTC. */
  readonly createdAt: string
}

const texts = () => z.optional(z.nullable(z.array(z.string())))
const FrontMatter = z.lazily(() =>
  z.strictObject({
    id: z.string(),
    title: z.string(),
    branch: z.string(),
    base: z.string(),
    allow: texts(),
    deny: texts(),
    shared: texts(),
    'depends-on': texts(),
    migrations: z.optional(z.nullable(z.string())),
    tables: texts(),
    agent: z.optional(z.nullable(z.string())),
    state: z.optional(z.enum(['open', 'landed', 'closed'])),
    created: z.string(),
  }),
)

const STEPS_HEADING = '## Steps'
const CONTEXT_HEADING = '## Context'

/** The text of a task file. */
export function formatTask(task: Task): string {
  const front = {
    id: task.id,
    title: task.title,
    branch: task.branch,
    base: task.base,
    allow: task.allow,
    deny: task.deny,
    shared: task.shared,
    'depends-on': task.dependsOn,
    migrations: task.migrations,
    tables: task.tables,
    agent: task.agent,
    state: task.state,
    created: task.createdAt,
  }
  const steps = task.steps.map((step, index) => `${index + 1}. ${step.replace(/\s*\n\s*/g, ' ')}`).join('\n')
  return [
    `---\n${writeYaml(front)}---`,
    `# ${task.title}`,
    `${STEPS_HEADING}\n\n${steps}`,
    ...(task.handoffs.length > 0 ? [`${HANDOFFS_HEADING}\n\n${formatHandoffs(task.handoffs)}`] : []),
    `${CONTEXT_HEADING}\n\n${task.context.trim()}`,
    '',
  ].join('\n\n')
}

/**
 * A task out of its file's text.
 * @param text the whole file
 * @param file how to call it in an error, e.g. `add-auth.md`
 * @throws `task-file` with the line and what is wrong
 */
export function parseTask(text: string, file: string): Task {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(text)
  if (!match) throw broken(file, 1, 'it does not start with YAML front matter between two lines of ---')
  const [, yaml = '', body = ''] = match
  const front = parseFrontMatter(yaml, file)
  const task = fromFrontMatter(front, body, file)
  return checkedTask(task, file)
}

/** Throws `bad-name`, `bad-pattern` or `task-file` when a task breaks a rule; gives it back with patterns normalised. */
export function checkedTask(task: Task, file = `${task.id}.md`): Task {
  checkedTaskId(task.id)
  checkedBranch(task.branch)
  const problem = problemWithTask(task)
  if (problem !== null) throw broken(file, null, problem)
  const everything = task.allow.find(matchesEverything)
  if (everything !== undefined)
    throw new LanekeeperError('bad-pattern', `The pattern "${everything}" (allow) is the whole repository.`, {
      hint: 'Name the directories the task is about, e.g. --allow src/auth --allow test/auth',
    })
  return {
    ...task,
    allow: checkedPatterns(task.allow, 'allow'),
    deny: checkedPatterns(task.deny, 'deny'),
    shared: checkedPatterns(task.shared, 'shared'),
    tables: checkedTables(task.tables),
  }
}

/** What is wrong with a task as a whole, or null. Whoever reports it knows whether there is a file to mend. */
export function problemWithTask({ id, title, branch, base, dependsOn }: Task): string | null {
  if (title.trim() === '') return 'title is empty'
  if (/[\r\n]/.test(title)) return 'title has more than one line'
  if (branch === base) return `branch and base are both "${base}"`
  return dependsOn.includes(id) ? 'depends-on names the task itself' : null
}

function parseFrontMatter(yaml: string, file: string): z.infer<ReturnType<typeof FrontMatter>> {
  const { data, error, lineOf } = readYaml(yaml)
  if (error) throw broken(file, error.line + 1, error.message)
  const checked = z.check(FrontMatter(), data)
  if ('value' in checked) return checked.value
  const { path, message } = checked.problem
  throw broken(file, lineOf(path) + 1, `"${path.join('.') || 'front matter'}": ${message}`)
}

function fromFrontMatter(front: z.infer<ReturnType<typeof FrontMatter>>, body: string, file: string): Task {
  const [beforeContext = '', context = ''] = splitOnce(body, `\n${CONTEXT_HEADING}\n`)
  const [beforeHandoffs = '', handedOver = ''] = splitOnce(beforeContext, `\n${HANDOFFS_HEADING}\n`)
  const [, steps = ''] = splitOnce(beforeHandoffs, `\n${STEPS_HEADING}\n`)
  const read = parseHandoffs(handedOver)
  if ('odd' in read)
    throw broken(file, null, `"${HANDOFFS_HEADING}" holds ${JSON.stringify(read.odd)}, which is no note`)
  return {
    id: front.id,
    title: front.title,
    branch: front.branch,
    base: front.base,
    allow: front.allow ?? [],
    deny: front.deny ?? [],
    shared: front.shared ?? [],
    steps: steps
      .split('\n')
      .map((line) => /^\d+\.\s+(.*)$/.exec(line.trim())?.[1])
      .filter((step) => step !== undefined),
    context: context.trim(),
    dependsOn: front['depends-on'] ?? [],
    migrations: front.migrations ?? null,
    tables: front.tables ?? [],
    agent: front.agent ?? 'none',
    state: front.state ?? 'open',
    handoffs: read.handoffs,
    createdAt: front.created,
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function broken(file: string, line: number | null, what: string): LanekeeperError {
  const id = file.replace(/\.md$/, '')
  return new LanekeeperError('task-file', `Task file ${file}${line === null ? '' : `, line ${line}`}: ${what}.`, {
    hint: `See it: git show refs/lanekeeper/tasks:${file}\nMend it: npx lanekeeper task edit ${id}`,
  })
}
