/** `lanekeeper setup`: provisions a worktree, also where no hook fired, and heals what went wrong. */
import { resolve } from 'node:path'
import { type Command, flag, type Input, type Result, type Session } from './command.ts'
import { enter } from './entrance.ts'
import { EXIT } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { provisionTelling, type SetupDocument, setupDocument } from './provisioning/provision.ts'
import type { Provisioned } from './provisioning/quick-steps.ts'
import { halfMade, isHalfMade } from './system/half-made.ts'
import { branchOf } from './system/head.ts'
import { isAlive } from './system/lock.ts'
import type { Repository } from './system/repository.ts'

export const command: Command = {
  summary: 'Provision a worktree: ports, database, env files, documents, dependencies',
  usage: '[<worktree>] [--wait] [--trust]',
  options: {
    wait: { type: 'boolean', help: 'Stay until dependencies and set-up commands are done' },
    trust: {
      type: 'boolean',
      help: "Let this branch's dependencies and set-up commands run although they differ from the base's",
    },
  },
  positionals: [0, 1],
  examples: [
    'npx lanekeeper setup                       # the worktree you are in',
    'npx lanekeeper setup ../shop.worktrees/add-auth --wait',
    'npx lanekeeper setup --wait --trust        # after you read what the branch would run',
  ],
  run: runSetup,
}

async function runSetup(input: Input, session: Session): Promise<Result> {
  const cwd = resolve(session.cwd, input.positionals[0] ?? '.')
  const { repository, policy } = enter({ ...session, cwd })
  if (!repository.isLinked) return nothingForMain(repository)
  if (isHalfMade(repository.gitDir)) throw halfMade(repository.root)
  const options = { wait: flag(input, 'wait'), trust: flag(input, 'trust') }
  const provisioned = await provisionTelling(repository, policy, options, session.out)
  const json = setupDocument(provisioned.record, policy)
  return { json, text: textOf(provisioned, json), exit: json.state === 'failed' ? EXIT.environment : EXIT.ok }
}

/** An agent's start hook calls `setup` wherever it is; in the main worktree that is no error. */
function nothingForMain(repository: Repository): Result {
  const worktree = {
    path: repository.root,
    branch: repository.isBare ? null : branchOf(repository.git, repository.gitDir),
  }
  return {
    json: {
      ok: true,
      task: null,
      worktree,
      ports: {},
      urls: {},
      databases: {},
      state: 'ready',
      notes: [],
      problems: [],
    },
    text: `${repository.root} is the main worktree: it keeps its own ports, env files and database. Nothing to do.`,
  }
}

function textOf({ record, changed }: Provisioned, json: SetupDocument): string {
  const isBusy = record.worker !== null && isAlive(record.worker)
  const rows = [
    ...Object.entries(json.ports).map(([name, port]) => `  ${name.padEnd(12)} ${port}  ${json.urls[name] ?? ''}`),
    ...Object.entries(json.databases).map(
      ([role, { provider, url }]) => `  ${`db ${role}`.padEnd(12)} ${url}  (${provider})`,
    ),
    `  ${'state'.padEnd(12)} ${json.state}${stateRemark(json, isBusy)}`,
  ]
  return [
    `${json.worktree.path}${json.task ? `, task ${json.task.id}` : ''}${json.worktree.branch ? `, branch ${json.worktree.branch}` : ''}`,
    ...rows,
    ...json.notes.map((note) => `▲ ${note}`),
    ...json.problems.flatMap(({ step, message, hint }) => [
      `✗ ${step}: ${message}`,
      ...(hint?.split('\n').map((line) => `↳ ${line}`) ?? []),
    ]),
    changed.length === 0 ? 'Nothing to do.' : `Done: ${changed.join(', ')}`,
  ].join('\n')
}

function stateRemark({ state, worktree }: SetupDocument, isBusy: boolean): string {
  if (state !== 'pending') return ''
  const wait = commandLine(['npx', 'lanekeeper', 'setup', worktree.path, '--wait'])
  return isBusy ? ` (the rest is being done in the background; to wait: ${wait})` : ` (nobody is at it: ${wait})`
}
