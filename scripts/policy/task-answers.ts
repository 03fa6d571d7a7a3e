/**
 * The questions of a new task as one line of text each, for prompts: how a line becomes an answer, and what is wrong
 * with it. The rules are those of the task itself; nothing is decided here twice.
 */
import { problemWithOwnership } from './migrations/ownership.ts'
import { problemWithBranch, problemWithTaskId, slugOf } from './names.ts'
import { matchesEverything, problemWithPattern } from './patterns.ts'
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'
import type { TaskAnswers } from './task-draft.ts'

/** What a person typed, by question. */
export interface RawAnswers {
  readonly title: string
  readonly id: string
  readonly branch: string
  readonly base: string
  readonly allow: string
  readonly deny: string
  readonly shared: string
  readonly steps: string
  readonly context: string
  readonly dependsOn: string
  /** The database, then the tables of it that the task changes. */
  readonly migrations: string
  readonly agent: string
}

/** What the checks compare with. */
export interface AnswerFacts {
  readonly settings: Settings
  readonly base: string
  /** Local branches, without `refs/heads/`. */
  readonly branches: readonly string[]
  readonly tasks: readonly Task[]
  /** Names that `agent` may have. */
  readonly agents: readonly string[]
}

/** True, or what is wrong in words: the form that prompts want. */
export type Validity = true | string

/** Words with commas or spaces between them. */
export function words(line: string): string[] {
  return line.split(/[,\s]+/).filter((word) => word !== '')
}

/** Steps with semicolons between them. */
export function stepsOf(line: string): string[] {
  return line
    .split(';')
    .map((step) => step.trim())
    .filter((step) => step !== '')
}

/** Whether a question has an answer but "none": tasks to wait for, migrations to own. */
export function isWorthAsking(name: keyof RawAnswers, { settings, tasks }: AnswerFacts): boolean {
  if (name === 'migrations') return settings.migrations.length > 0
  if (name === 'dependsOn') return tasks.some(({ state }) => state === 'open')
  return true
}

/** The answers that the lines mean. */
export function answersOf(raw: RawAnswers): TaskAnswers {
  const text = (line: string | undefined) => line?.trim() || undefined
  const { migrations, tables } = ownershipOf(raw.migrations)
  return {
    title: raw.title.trim(),
    allow: words(raw.allow),
    id: text(raw.id),
    branch: text(raw.branch),
    base: text(raw.base),
    deny: words(raw.deny),
    shared: words(raw.shared),
    steps: stepsOf(raw.steps),
    context: raw.context.trim(),
    dependsOn: words(raw.dependsOn),
    migrations,
    tables,
    agent: text(raw.agent) ?? 'none',
  }
}

type Check = (line: string, facts: AnswerFacts) => Validity

/** What is wrong with the line that answers a question. */
export const checks: Readonly<Record<keyof RawAnswers, Check>> = {
  title: (line) => (line.trim() === '' ? 'A title is needed.' : true),
  id: (line, { tasks }) =>
    because('The id', problemWithTaskId(line)) ??
    (tasks.some(({ id }) => id === line) ? `A task "${line}" exists already.` : true),
  branch: (line, { tasks, base }) =>
    because('The branch', problemWithBranch(line)) ??
    (line === base ? `"${line}" is the base branch.` : branchIsFree(line, tasks)),
  // the default passes as it is: where it is missing the repository is to be mended, and no answer is
  base: (line, { base, branches }) =>
    because('The base', problemWithBranch(line)) ??
    (line === base || branches.includes(line) || `There is no branch "${line}" here. All of them: git branch --list`),
  allow: (line) => (words(line).length === 0 ? 'Name at least one path, e.g. src/auth' : patternsAreFine(line, true)),
  deny: (line) => patternsAreFine(line, false),
  shared: (line) => patternsAreFine(line, false),
  steps: () => true,
  context: () => true,
  dependsOn: (line, { tasks }) => {
    const unknown = words(line).find((id) => !tasks.some((task) => task.id === id))
    return unknown === undefined ? true : `There is no task "${unknown}".`
  },
  migrations: (line, { settings, tasks }) => {
    const open = tasks.filter(({ state }) => state === 'open')
    return problemWithOwnership(ownershipOf(line), settings, open)?.message ?? true
  },
  agent: (line, { agents }) =>
    agents.includes(line.trim() || 'none') ? true : `There is no agent "${line}" (known: ${agents.join(', ')}).`,
}

function because(what: string, problem: string | null): string | null {
  return problem === null ? null : `${what} ${problem}.`
}

function branchIsFree(branch: string, tasks: readonly Task[]): Validity {
  const owner = tasks.find((task) => task.state === 'open' && task.branch === branch)
  return owner ? `Branch "${branch}" belongs to the open task "${owner.id}".` : true
}

function patternsAreFine(line: string, isAllow: boolean): Validity {
  for (const pattern of words(line)) {
    const problem = problemWithPattern(pattern)
    if (problem !== null) return `${JSON.stringify(pattern)} ${problem}`
    if (isAllow && matchesEverything(pattern)) return `"${pattern}" is the whole repository; name directories.`
  }
  return true
}

/** `dev users posts`: a database and tables of it. */
function ownershipOf(line: string): { migrations: string | null; tables: string[] } {
  const [migrations = null, ...tables] = words(line)
  return { migrations, tables }
}

/** The id that stands ready for a title: the first of slug, slug-2, … that is free. */
export function freeId(title: string, tasks: readonly Task[]): string {
  const slug = slugOf(title)
  const isTaken = (id: string) => tasks.some((task) => task.id === id)
  let id = slug
  for (let number = 2; isTaken(id); number++) id = `${slug.slice(0, 44)}-${number}`
  return id
}
