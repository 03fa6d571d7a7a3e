/** Starts agents: one tmux window per task, the brief handed over as a file, nothing started twice. */
import { join } from 'node:path'
import { chosenTasks, lineOf, type Plan, planOf } from './agents/launch-plan.ts'
import {
  type Command,
  commonOptions,
  flag,
  type Input,
  type Result,
  type Session,
  textOption,
  usageError,
} from './command.ts'
import { type Entrance, enter } from './entrance.ts'
import { NO_AGENT } from './policy/agents.ts'
import { LanekeeperError } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { type AgentWindow, sessionName } from './policy/windows.ts'
import { findProgram } from './system/executables.ts'
import { writeAtomically } from './system/files.ts'
import { cloneId } from './system/identity.ts'
import { withLock } from './system/lock.ts'
import { openTmux, type Tmux } from './system/tmux.ts'

/** Another launch makes a window in a tenth of a second; whoever waits longer than this has another trouble. */
const LOCK_WAIT_MS = 30_000

interface Launched {
  readonly task: string
  readonly agent: string
  readonly action: 'started' | 'running' | 'printed' | 'planned'
  readonly window: string | null
  /** The line a person types: to see the window, or to start the agent by hand. */
  readonly line: string
}

export const command: Command = {
  summary: 'Start agents, one tmux window per task',
  usage: '[<task>…|--all] [--agent NAME] [--terminal tmux|none]',
  options: {
    all: { type: 'boolean', help: 'Every open task that has a worktree' },
    agent: {
      type: 'string',
      value: 'NAME',
      help: "Agent to start instead of the task's own; none prints the line to type",
    },
    terminal: { type: 'string', value: 'KIND', help: 'tmux, or none to print the line to type' },
    'dry-run': commonOptions.dryRun,
  },
  positionals: [0, 100],
  examples: [
    'npx lanekeeper launch add-auth',
    'npx lanekeeper launch --all --agent claude',
    'npx lanekeeper launch add-auth --terminal none',
  ],
  run: async (input, session) => {
    const entrance = enter(session)
    const terminal = terminalOf(input, entrance)
    const plans: Plan[] = []
    for (const [task, worktree] of chosenTasks(input, entrance, session))
      plans.push(await planOf(task, worktree, input, entrance, session))
    const tmux = openTmux(session.env)
    if (terminal === 'tmux') assertStartable(plans, tmux, session)
    const launched = await withLock(join(entrance.repository.stateDir, 'locks', 'launch'), LOCK_WAIT_MS, () =>
      launchAll(plans, { terminal, dryRun: flag(input, 'dry-run'), tmux, entrance, session }),
    )
    return answerOf(launched)
  },
}

function terminalOf(input: Input, { policy }: Entrance): 'tmux' | 'none' {
  const terminal = textOption(input, 'terminal') ?? policy.settings.terminal
  if (terminal === 'tmux' || terminal === 'none') return terminal
  throw usageError(`There is no terminal "${terminal}".`, 'Known: --terminal tmux, --terminal none')
}

/** Everything that can be missing is asked before the first window is made. */
function assertStartable(plans: readonly Plan[], tmux: Tmux, session: Session): void {
  const starting = plans.filter(({ argv }) => argv !== null)
  const byHand = () => `Type it yourself:\n${starting.map((plan) => `  ${lineOf(plan)}`).join('\n')}`
  for (const { argv, agent, worktree } of starting) {
    const program = argv?.[0] ?? ''
    if (findProgram(program, session.env, worktree.path) === null)
      throw new LanekeeperError('terminal', `The program of agent "${agent}" is not on PATH: ${program}`, {
        hint: `Install it, or choose another: --agent NAME. Or: --agent ${NO_AGENT}`,
      })
  }
  if (starting.length > 0 && !tmux.isThere())
    throw new LanekeeperError('terminal', 'tmux is not on PATH.', {
      hint: `Install tmux, or: --terminal none\n${byHand()}`,
    })
}

interface Means {
  readonly terminal: 'tmux' | 'none'
  readonly dryRun: boolean
  readonly tmux: Tmux
  readonly entrance: Entrance
  readonly session: Session
}

function launchAll(plans: readonly Plan[], means: Means): Launched[] {
  const windows = means.terminal === 'tmux' && means.tmux.isThere() ? means.tmux.windows() : []
  return plans.map((plan) => {
    const window = windows.find(({ worktree }) => worktree === plan.record.id)
    return { task: plan.task.id, agent: plan.agent, ...launchOne(plan, window, means) }
  })
}

function launchOne(plan: Plan, known: AgentWindow | undefined, means: Means): Omit<Launched, 'task' | 'agent'> {
  const { tmux } = means
  if (known?.isAlive) return { action: 'running', window: known.id, line: commandLine(tmux.attachLine(known)) }
  if (!means.dryRun) for (const [path, text] of Object.entries(plan.files)) writeAtomically(path, text)
  if (means.terminal === 'none' || plan.argv === null) return { action: 'printed', window: null, line: lineOf(plan) }
  if (means.dryRun) return { action: 'planned', window: null, line: lineOf(plan) }
  const window = known ?? openWindow(plan, means)
  try {
    tmux.start(window.id, plan.record.id, programOf(plan, plan.argv, means.session.env))
  } catch (cause) {
    if (!known) tmux.close(window.id)
    throw cause
  }
  return { action: 'started', window: window.id, line: commandLine(tmux.attachLine(window)) }
}

function openWindow(plan: Plan, { tmux, entrance: { repository } }: Means): Pick<AgentWindow, 'id' | 'session'> {
  const session = sessionName(repository.name, cloneId(repository))
  return { session, id: tmux.open(session, plan.task.id) }
}

/** PATH goes along: the tmux server may have been started long ago, from somewhere else. */
function programOf({ worktree, env }: Plan, [program = '', ...args]: readonly string[], caller: NodeJS.ProcessEnv) {
  const found = findProgram(program, caller, worktree.path) ?? program
  return { argv: [found, ...args], cwd: worktree.path, env: { ...(caller.PATH ? { PATH: caller.PATH } : {}), ...env } }
}

const SAID = {
  started: (it: Launched) => `${it.task}: ${it.agent} started. See it: ${it.line}`,
  running: (it: Launched) => `${it.task}: an agent is running already, nothing started. See it: ${it.line}`,
  printed: (it: Launched) => it.line,
  planned: (it: Launched) => `${it.task}: would start ${it.agent} in tmux: ${it.line}`,
} satisfies Record<Launched['action'], (it: Launched) => string>

function answerOf(launched: readonly Launched[]): Result {
  return { json: { ok: true, launched }, text: launched.map((it) => SAID[it.action](it)).join('\n') }
}
