/** `lanekeeper run -- CMD…`: a command with the worktree's variables, its dev server on the worktree's port or not at all. */
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { type Command, type Input, type Result, type Session, textOption, usageError } from './command.ts'
import { enter } from './entrance.ts'
import { LanekeeperError } from './policy/errors.ts'
import { devServerOf } from './policy/frameworks.ts'
import { urlsOf } from './policy/ports.ts'
import { commandLine } from './policy/shell-quote.ts'
import type { Listener } from './policy/sockets.ts'
import { worktreeEnvironment } from './system/env-files.ts'
import { readJsonIfExists } from './system/files.ts'
import { runInForeground } from './system/foreground.ts'
import { knownWorktreeId } from './system/identity.ts'
import { readRecord, stateOf, type WorktreeRecord } from './system/ledger.ts'
import { listenersOn } from './system/listeners.ts'
import type { Repository } from './system/repository.ts'
import { worktreeSlug } from './system/worktree-facts.ts'

export const command: Command = {
  summary: "Run a command with the worktree's variables; a dev server serves on the worktree's port, or fails",
  usage: '[--service NAME] -- COMMAND [ARGUMENT…]',
  options: {
    service: { type: 'string', value: 'NAME', help: 'Port variable whose port the command serves on (default: PORT)' },
  },
  positionals: [0, 0],
  examples: [
    'npx lanekeeper run -- npm run dev',
    'npx lanekeeper run -- vite',
    'npx lanekeeper run --service API_PORT -- node api/server.js',
  ],
  run,
}

async function run(input: Input, session: Session): Promise<Result> {
  const [program, ...args] = input.rest
  if (program === undefined) throw usageError('run needs a command.', 'For example: npx lanekeeper run -- npm run dev')
  const { repository } = enter(session, { alarms: false })
  const plan = planOf([program, ...args], input, session, repository)
  const status = await runInForeground(plan.words, { cwd: session.cwd, env: plan.env })
  return { json: { ok: status === 0, status }, text: '', exit: status }
}

interface RunPlan {
  readonly words: readonly [string, ...string[]]
  readonly env: NodeJS.ProcessEnv
}

/** What a project's own program is given that we start in a worktree: its bins, its ports, its variables. */
export function commandEnvironment(session: Session, repository: Repository): NodeJS.ProcessEnv {
  const env = { ...session.env, PATH: pathWithBins({ ...session, cwd: repository.root }, repository) }
  if (!repository.isLinked) return env
  const record = provisioned(repository, session)
  return { ...env, ...worktreeEnvironment(repository, record, repository.root), ...textOf(record.ports?.ports ?? {}) }
}

/** The main worktree keeps its defaults: the command runs there as it is. */
function planOf(words: [string, ...string[]], input: Input, session: Session, repository: Repository): RunPlan {
  const env = { ...session.env, PATH: pathWithBins(session, repository) }
  if (!repository.isLinked) return { words, env }
  const record = provisioned(repository, session)
  // the worktree's own word beats the shell's: a shell started in another worktree carries that one's port
  const own = { ...env, ...worktreeEnvironment(repository, record, session.cwd), ...textOf(record.ports?.ports ?? {}) }
  const service = serviceOf(input, record, words)
  const port = service === null ? undefined : record.ports?.ports[service]
  if (port === undefined) return { words, env: own }
  const server = devServerOf(words, port, scriptsAt(session.cwd))
  if (server?.isOnOurPort) {
    refuseIfTaken(port, session, repository)
    session.out.note(`${server.framework} on ${urlsOf(worktreeSlug(record), { PORT: port }).PORT}`)
  }
  const [first = words[0], ...rest] = server?.words ?? words
  return { words: [first, ...rest], env: { ...own, PORT: String(port) } }
}

function provisioned(repository: Repository, { out }: Session): WorktreeRecord {
  const id = knownWorktreeId(repository.gitDir)
  const record = id === null ? null : readRecord(repository, id)
  if (record === null)
    throw new LanekeeperError('set-up', `${repository.root} has no ports and variables of its own yet.`, {
      hint: 'Give it some: npx lanekeeper setup',
    })
  const state = stateOf(record)
  if (state !== 'ready')
    out.warn(`The set-up of this worktree is ${state}${problemsOf(record)}. More: npx lanekeeper setup --wait`)
  return record
}

function problemsOf({ problems }: WorktreeRecord): string {
  return problems.length === 0 ? '' : ` (${problems.map(({ step }) => step).join(', ')})`
}

/** Which of the worktree's ports the command is meant for. */
function serviceOf(input: Input, { ports }: WorktreeRecord, words: readonly string[]): string | null {
  const names = Object.keys(ports?.ports ?? {})
  const asked = textOption(input, 'service')
  if (asked !== undefined && !names.includes(asked))
    throw usageError(`There is no service ${asked}.`, `This worktree has: ${names.join(', ') || 'none'}`)
  const isStorybook = words.some((word) => word.includes('storybook'))
  if (asked === undefined && isStorybook && names.includes('STORYBOOK_PORT')) return 'STORYBOOK_PORT'
  return asked ?? names.find((name) => name === 'PORT') ?? names[0] ?? null
}

/** @throws `port` with the listener's name: a server that starts anyway would move, or fail without saying who is there */
function refuseIfTaken(port: number, { env }: Session, { root }: Repository): void {
  const listener = listenersOn(new Set([port]), env).get(port)
  if (!listener) return
  const isOurs = listener.cwd === root || listener.cwd?.startsWith(`${root}/`)
  throw new LanekeeperError('port', `Port ${port} of this worktree is taken by ${nameOf(listener)}.`, {
    hint: listener.pid === null ? `See who: ss -ltnp sport = :${port}` : hintFor(listener.pid, isOurs === true),
  })
}

function nameOf({ pid, program, cwd }: Listener): string {
  if (pid === null) return 'a process of another user'
  return `${program ?? 'a process'} (pid ${pid}${cwd === null ? '' : `, started in ${cwd}`})`
}

function hintFor(pid: number, isOurs: boolean): string {
  const stop = commandLine(['kill', String(pid)])
  return isOurs ? `It is this worktree's own server. Use it, or stop it: ${stop}` : `Stop it, then repeat: ${stop}`
}

/** PATH with the `node_modules/.bin` of every folder from here up to the worktree's root, as npm has it. */
function pathWithBins({ cwd, env }: Session, { root }: Repository): string {
  const folders: string[] = []
  for (let folder = cwd; folder.startsWith(root); folder = dirname(folder)) folders.push(folder)
  const bins = folders.map((folder) => join(folder, 'node_modules', '.bin')).filter(existsSync)
  return [...bins, env.PATH ?? ''].join(delimiter)
}

function scriptsAt(folder: string): Record<string, string> {
  return readJsonIfExists<{ scripts?: Record<string, string> }>(join(folder, 'package.json'))?.scripts ?? {}
}

function textOf(ports: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]))
}
