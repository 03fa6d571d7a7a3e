/** What it takes to start a task's agent: which worktree, whether it may be used, which program with which words. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { flag, type Input, type Session, textOption, usageError } from '../command.ts'
import type { Entrance } from '../entrance.ts'
import {
  claudeAllowedTools,
  claudeSettings,
  codexWritableRoots,
  opencodePermission,
} from '../policy/agent-permissions.ts'
import { agentArgv } from '../policy/agents.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Settings } from '../policy/settings.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { provision } from '../provisioning/provision.ts'
import { worktreeEnvironment } from '../system/env-files.ts'
import { knownWorktreeId, worktreeStateDir } from '../system/identity.ts'
import { readRecord, stateOf, type WorktreeRecord } from '../system/ledger.ts'
import { openTasks } from '../system/policy-source.ts'
import { openRepository } from '../system/repository.ts'
import { listWorktrees, type Worktree } from '../system/worktrees.ts'
import { worktreeAgain } from '../tasks/worktree-again.ts'

/** All that starting one task's agent takes, decided before anything is started. */
export interface Plan {
  readonly task: Task
  readonly worktree: Worktree
  readonly record: WorktreeRecord
  readonly agent: string
  /** The program and its arguments; null when nobody is to be started. */
  readonly argv: readonly string[] | null
  readonly env: Readonly<Record<string, string>>
  /** Files of ours that the agent is told to read, by path: written before it starts. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * The tasks the person named (or all, or the one whose worktree this is) with their worktrees.
 * @throws `usage`, `no-such-task`, `set-up` for a task without a worktree
 */
export function chosenTasks(input: Input, { repository, policy }: Entrance, session: Session): [Task, Worktree][] {
  const worktrees = listWorktrees(repository.git)
  const worktreeOf = ({ branch }: Task) =>
    worktrees.find((worktree) => worktree.branch === branch && !worktree.isPrunable)
  const open = openTasks(policy)
  if (flag(input, 'all')) {
    const skipped = open.filter((task) => !worktreeOf(task))
    for (const task of skipped) session.out.warn(`Task "${task.id}" has no worktree; skipped.`)
    return open.flatMap((task): [Task, Worktree][] => {
      const worktree = worktreeOf(task)
      return worktree ? [[task, worktree]] : []
    })
  }
  const here = worktrees.find(({ path }) => path === repository.root)?.branch
  const ids =
    input.positionals.length > 0 ? input.positionals : open.filter(({ branch }) => branch === here).map(({ id }) => id)
  if (ids.length === 0)
    throw usageError('launch which task?', `Open: ${open.map(({ id }) => id).join(', ') || 'none'}. All of them: --all`)
  return [...new Set(ids)].map((id) => {
    const task = open.find((candidate) => candidate.id === id)
    if (!task) throw noSuchTask(id, open)
    const worktree = worktreeOf(task)
    if (!worktree) throw noWorktree(task, worktreeAgain(repository, policy, task))
    return [task, worktree]
  })
}

function noSuchTask(id: string, open: readonly Task[]): LanekeeperError {
  return new LanekeeperError('no-such-task', `There is no open task "${id}".`, {
    hint: open.length === 0 ? 'Make one: npx lanekeeper new-task' : `Open: ${open.map((task) => task.id).join(', ')}`,
  })
}

function noWorktree(task: Task, again: string): LanekeeperError {
  return new LanekeeperError('set-up', `Task "${task.id}" has no worktree.`, {
    hint: `Make it: ${again}`,
  })
}

/** Decides how one task's agent is started. Throws `set-up` where its worktree may not be used yet. */
export async function planOf(
  task: Task,
  worktree: Worktree,
  input: Input,
  entrance: Entrance,
  session: Session,
): Promise<Plan> {
  const record = await readyRecord(task, worktree, entrance, session, !flag(input, 'dry-run'))
  const agent = textOption(input, 'agent') ?? task.agent
  const ports = record.ports?.ports ?? {}
  const { settings } = entrance.policy
  const settingsFile = join(worktreeStateDir(worktree.gitDir ?? worktree.path), 'claude-settings.json')
  const argv = agentArgv(agent, settings, {
    task: task.id,
    title: task.title,
    branch: task.branch,
    base: task.base,
    dir: worktree.path,
    brief: briefOf(task, worktree),
    settingsFile,
    allowedTools: claudeAllowedTools(task, settings, worktree.path),
    writableRoots: codexWritableRoots(entrance.repository.commonDir),
    ports,
  })
  const isAsked = argv?.some((word) => word.includes(settingsFile)) === true
  const own = JSON.stringify(claudeSettings(task, settings, worktree.path), null, 2)
  return {
    task,
    worktree,
    record,
    agent,
    argv,
    env: { ...environmentOf(task, worktree, record, session), ...permissionsByEnvironment(agent, task, settings) },
    files: isAsked ? { [settingsFile]: `${own}\n` } : {},
  }
}

/** opencode takes its permissions from the environment. */
function permissionsByEnvironment(agent: string, task: Task, settings: Settings): Record<string, string> {
  return agent === 'opencode' ? { OPENCODE_PERMISSION: JSON.stringify(opencodePermission(task, settings)) } : {}
}

/** What our blocks in the worktree's env files say, and whose window it is. */
function environmentOf(
  task: Task,
  { path }: Worktree,
  record: WorktreeRecord,
  session: Session,
): Record<string, string> {
  const ports = Object.entries(record.ports?.ports ?? {}).map(([name, port]) => [name, String(port)])
  const blocks = worktreeEnvironment(openRepository(path, session.env), record)
  return { ...Object.fromEntries(ports), ...blocks, LANEKEEPER_TASK: task.id }
}

/** The record of a worktree that may be used; work under way is waited for, anything else is a person's to mend. */
async function readyRecord(
  task: Task,
  worktree: Worktree,
  { repository, policy }: Entrance,
  session: Session,
  mayWait: boolean,
): Promise<WorktreeRecord> {
  const id = worktree.gitDir === null ? null : knownWorktreeId(worktree.gitDir)
  let record = id === null ? null : readRecord(repository, id)
  if (record && stateOf(record) === 'pending' && mayWait) {
    session.out.note(`Waiting for the set-up of ${worktree.path}`)
    record = await provision(openRepository(worktree.path, session.env), policy, { wait: true }, session.out)
  }
  if (record && stateOf(record) === 'ready') return record
  const why = record ? stateOf(record) : 'unprovisioned'
  const problem = record?.problems[0]?.message
  throw new LanekeeperError('set-up', `The worktree of task "${task.id}" is ${why}${problem ? `: ${problem}` : ''}.`, {
    hint: commandLine(['npx', 'lanekeeper', 'setup', worktree.path, '--wait']),
  })
}

/** The brief's name inside the worktree; where the project tracks a TASK.md, ours is in `.lanekeeper/`. */
function briefOf(task: Task, worktree: Worktree): string {
  const found = ['.lanekeeper/TASK.md', 'TASK.md'].find((file) => existsSync(join(worktree.path, file)))
  if (found) return found
  throw new LanekeeperError('set-up', `The brief of task "${task.id}" (TASK.md) is not in ${worktree.path}.`, {
    hint: commandLine(['npx', 'lanekeeper', 'setup', worktree.path, '--wait']),
  })
}

/** What a person would type to start the agent: works in any shell that knows `NAME=value command`. */
export function lineOf({ worktree, argv, env }: Plan): string {
  const change = commandLine(['cd', worktree.path])
  if (argv === null) return change
  const variables = Object.entries(env).map(([name, value]) => `${name}=${commandLine([value])}`)
  return `${change} && ${[...variables, commandLine(argv)].join(' ')}`
}
