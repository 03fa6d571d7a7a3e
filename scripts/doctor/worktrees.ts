/** Doctor's checks of the worktrees: provisioned, their ports still theirs, nothing left of those that vanished. */
import { existsSync } from 'node:fs'
import { COMPOSE_VARIABLE } from '../policy/databases/compose.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { movedMessage } from '../policy/worktree-status.ts'
import { provision } from '../provisioning/provision.ts'
import { composeProjectOf, plainProjectIn } from '../system/compose.ts'
import { halfMade, isHalfMade } from '../system/half-made.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { readRecord, stateOf, vanishedRecords, type WorktreeRecord } from '../system/ledger.ts'
import { isAlive } from '../system/lock.ts'
import { movedFrom } from '../system/moved.ts'
import { readLease } from '../system/port-leases.ts'
import { openRepository } from '../system/repository.ts'
import { listWorktrees, type Worktree } from '../system/worktrees.ts'
import { type Check, type Finding, ok, orOk, problem, type Remedy, type Scene, warning } from './finding.ts'

export const worktreeChecks: readonly Check[] = [
  { name: 'provisioning', look: checkProvisioning },
  { name: 'port-leases', look: checkLeases },
  { name: 'compose', look: checkCompose },
  { name: 'leftovers', look: checkLeftovers },
]

interface Lane {
  readonly worktree: Worktree
  readonly record: WorktreeRecord | null
}

/** Every linked worktree that is there, with its record. */
function lanesOf({ repository }: Scene): Lane[] {
  const linked = listWorktrees(repository.git).filter(({ isMain, isPrunable }) => !isMain && !isPrunable)
  return linked.map((worktree) => {
    const id = worktree.gitDir === null ? null : knownWorktreeId(worktree.gitDir)
    return { worktree, record: id === null ? null : readRecord(repository, id) }
  })
}

function setUpAgain({ policy, session }: Scene, path: string): Remedy | null {
  if (policy === null) return null
  return {
    name: `set up ${path}`,
    run: () => provision(openRepository(path, session.env), policy, { wait: true }, session.out),
  }
}

function checkProvisioning(scene: Scene): readonly Finding[] {
  const lanes = lanesOf(scene)
  const findings = lanes.flatMap(({ worktree: { path, gitDir }, record }): Finding[] => {
    const fix = commandLine(['npx', 'lanekeeper', 'setup', path])
    if (isHalfMade(gitDir)) return [problem(halfMade(path).message, halfMade(path).hint ?? '')]
    if (record === null) return [warning(`${path} was never provisioned`, fix, setUpAgain(scene, path))]
    const state = stateOf(record)
    if (state === 'failed') return [problem(`${path}: ${whatFailed(record)}`, fix, setUpAgain(scene, path))]
    const from = movedFrom(record, path)
    if (from !== null) return [warning(movedMessage(path, from), fix, setUpAgain(scene, path))]
    const isBusy = record.worker !== null && isAlive(record.worker)
    if (state === 'ready' || isBusy) return []
    return [problem(`${path}: set-up was cut short`, fix, setUpAgain(scene, path))]
  })
  return orOk(
    findings,
    lanes.length === 0 ? 'there are no linked worktrees' : `${lanes.length} linked, all provisioned`,
  )
}

function whatFailed({ problems, steps }: WorktreeRecord): string {
  const failed = Object.entries(steps).filter(([, step]) => step.state === 'failed')
  const [first] = problems
  return (
    first?.message.split('\n')[0] ??
    failed.map(([name, step]) => `${name} failed${step.message ? `: ${step.message}` : ''}`).join('; ')
  )
}

/** A lease that is gone or another's means that two worktrees may answer on one port. */
function checkLeases(scene: Scene): readonly Finding[] {
  const leased = lanesOf(scene).filter(({ record }) => record?.ports)
  const findings = leased.flatMap(({ worktree: { path }, record }): Finding[] => {
    const lease = record?.ports ? readLease(record.ports.lease) : null
    if (lease?.worktree === record?.id) return []
    return [
      problem(
        `${path} holds no lease on its ports`,
        commandLine(['npx', 'lanekeeper', 'setup', path]),
        setUpAgain(scene, path),
      ),
    ]
  })
  return leased.length === 0 ? [] : orOk(findings, `${leased.length} port block(s), each leased to its worktree`)
}

/** Compose reads `.env` and no other file; where we may not write that one, only `run` brings the project. */
function checkCompose(scene: Scene): readonly Finding[] {
  const { repository, policy, session } = scene
  if (policy === null) return []
  const lanes = lanesOf(scene).flatMap(({ worktree: { path: root }, record }) => {
    const project = record && composeProjectOf({ ...repository, root }, policy.settings, record)
    if (!project) return []
    // Compose takes the shell's word before any file's
    const word = root === repository.root ? session.env[COMPOSE_VARIABLE] : undefined
    return [{ root, name: project.name, word, plain: word ?? plainProjectIn(root) }]
  })
  const findings = lanes.flatMap(({ root, name, word, plain }): Finding[] => {
    if (plain === name) return []
    const why = word === undefined ? '' : `, as ${COMPOSE_VARIABLE} of this shell says`
    const message = `a plain docker compose takes project ${plain ?? '(unknown)'}${why}, and not ${name}`
    const fix = `${commandLine(['cd', root])} && npx lanekeeper run -- docker compose ps`
    return [warning(`${root}: ${message}`, fix, word === undefined ? setUpAgain(scene, root) : null)]
  })
  return lanes.length === 0 ? [] : orOk(findings, `${lanes.length} worktree(s), each with its project`)
}

function checkLeftovers({ repository }: Scene): Finding[] {
  if (!existsSync(repository.stateDir)) return []
  const vanished = vanishedRecords(repository)
  if (vanished.length === 0) return [ok('nothing is left of vanished worktrees')]
  return [
    warning(
      `${vanished.length} vanished worktree(s) left ports or databases behind`,
      'npx lanekeeper gc --dry-run\nmoved by hand? in its new place: git worktree repair',
    ),
  ]
}
