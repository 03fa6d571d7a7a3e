/** Leaves a repository: takes out what init wrote and nothing else, gives the hooks back, forgets its own state. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, commonOptions, flag, type Input, type Result, type Session, usageError } from './command.ts'
import { ADOPTED_FILES } from './policy/adoption/adopted-files.ts'
import { type LeavePlan, planLeave } from './policy/adoption/leave-plan.ts'
import { LanekeeperError } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { dropTemplate, keptTemplates } from './system/databases/templates.ts'
import { readIfExists } from './system/files.ts'
import { removeExcludes } from './system/git-exclude.ts'
import { hooksPathOf, unpin } from './system/hooks-pin.ts'
import { baseHooksInWorktree } from './system/husky-dir.ts'
import { knownWorktreeId } from './system/identity.ts'
import { vanishedRecords } from './system/ledger.ts'
import { readManifestEntries, sha256Of } from './system/manifest.ts'
import { readManifest } from './system/project-facts.ts'
import { applyEdits, deleteFile } from './system/project-files.ts'
import { openRepository, type Repository } from './system/repository.ts'
import { listWorktrees } from './system/worktrees.ts'

export const command: Command = {
  summary: 'Leave: take out what init wrote, give the hooks back. Tasks stay in refs/lanekeeper unless --purge.',
  usage: '[--yes] [--dry-run] [--purge]',
  options: {
    yes: commonOptions.yes,
    'dry-run': commonOptions.dryRun,
    purge: { type: 'boolean', help: 'Also delete the tasks and decisions in refs/lanekeeper' },
  },
  positionals: [0, 0],
  examples: ['npx lanekeeper uninstall --dry-run', 'npx lanekeeper uninstall --yes'],
  run: uninstall,
}

async function uninstall(input: Input, session: Session): Promise<Result> {
  const repository = openRepository(session.cwd, session.env)
  if (repository.isLinked)
    throw usageError(
      'This is a linked worktree.',
      `cd ${commandLine([repository.mainWorktree])} && npx lanekeeper uninstall`,
    )
  refuseWhileInUse(repository)
  const plan = planLeave(readLeaveFacts(repository))
  const refs = refsThatGo(repository, flag(input, 'purge'))
  const steps = stepsOf(repository, plan, refs)
  if (flag(input, 'dry-run')) return answer(plan, steps, true)
  if (steps.length > 0) await agree(steps, flag(input, 'yes'), session)
  // first: it needs the env files and what the state knows, and where the server does not answer nothing is lost yet
  for (const kept of keptTemplates(repository)) await dropTemplate(repository, kept)
  leave(repository, plan, refs)
  const done = answer(plan, steps, false)
  return { ...done, text: [done.text, ...idleHooks(repository), ...staying(repository)].join('\n') }
}

/** What is on record is nobody's to lose by the way: it is said, with what would delete it. */
function staying({ git }: Repository): string[] {
  const { stdout } = git.attempt(['for-each-ref', '--count=1', 'refs/lanekeeper/'])
  if (stdout === '') return []
  return ['Tasks and decisions stay in refs/lanekeeper. Delete them too: npx lanekeeper uninstall --purge']
}

/** Hooks of the project's own that only our hooks path made git run: without a word they would be silent from now on. */
function idleHooks(repository: Repository): string[] {
  const names = baseHooksInWorktree(repository.root).map(({ name }) => `.husky/${name}`)
  if (names.length === 0 || hooksPathOf(repository).effective !== null) return []
  const way = `chmod +x ${names.join(' ')} && git config core.hooksPath .husky`
  return [`git does not run ${names.join(', ')} any more. To have it, without a hooks manager: ${way}`]
}

/** Ports, databases and hooks of living worktrees hang on what would go. */
function refuseWhileInUse(repository: Repository): void {
  const live = listWorktrees(repository.git).filter(
    ({ isMain, gitDir }) => !isMain && gitDir !== null && knownWorktreeId(gitDir) !== null,
  )
  const [first] = live
  if (first)
    throw new LanekeeperError(
      'unsafe',
      `${live.length} worktree(s) are still in use: ${live.map(({ path }) => path).join(', ')}.`,
      {
        hint: live.map(({ path }) => commandLine(['npx', 'lanekeeper', 'remove', path])).join('\n'),
      },
    )
  const vanished = vanishedRecords(repository)
  if (vanished.length > 0)
    throw new LanekeeperError('unsafe', `${vanished.length} vanished worktree(s) left ports or databases behind.`, {
      hint: 'Sweep first: npx lanekeeper gc',
    })
}

function readLeaveFacts(repository: Repository) {
  const { root } = repository
  const texts = ADOPTED_FILES.flatMap((file): [string, string][] => {
    const text = readIfExists(join(root, file))
    return text === null ? [] : [[file, text]]
  })
  const untouched = readManifestEntries(repository).filter(
    ({ file, kind, sha256 }) => kind === 'created' && sha256 === sha256Of(readIfExists(join(root, file)) ?? ''),
  )
  return {
    texts: new Map(texts),
    manifest: readManifest(root, ''),
    untouched: new Set(untouched.map(({ file }) => file)),
  }
}

/** Tasks and decisions stay unless purged. What the gate last judged goes: without hooks it is out of date at the next commit. */
function refsThatGo({ git }: Repository, isPurge: boolean): string[] {
  const remote = ['refs/lanekeeper-remote/', 'refs/lanekeeper-agreed/']
  const under = isPurge ? ['refs/lanekeeper/', ...remote] : ['refs/lanekeeper/verified/']
  return git
    .text(['for-each-ref', '--format=%(refname)', ...under])
    .split('\n')
    .filter((ref) => ref !== '')
}

function stepsOf(repository: Repository, { removals, left }: LeavePlan, refs: readonly string[]): string[] {
  const hasState = existsSync(repository.stateDir)
  return [
    ...removals.map(({ file, after }) => (after === null ? `delete ${file}` : `take our part out of ${file}`)),
    ...keptTemplates(repository).map(({ role }) => `drop the kept template of database ${role}`),
    ...(isOursPinned(repository) ? ['give core.hooksPath back'] : []),
    ...(hasState ? [`delete ${repository.stateDir}`] : []),
    ...refs.map((ref) => `delete ${ref}`),
    ...left.map((file) => `leave ${file}: it was changed since init; delete it yourself if you do not want it`),
  ]
}

function isOursPinned(repository: Repository): boolean {
  const { local, effective } = hooksPathOf(repository)
  return [local, effective].some((path) => path?.startsWith(repository.stateDir) === true)
}

async function agree(steps: readonly string[], isYes: boolean, session: Session): Promise<void> {
  for (const step of steps) session.out.note(step)
  if (isYes) return
  if (!session.isInteractive)
    throw usageError('Nobody is here to agree, so nothing was done.', 'Agree by flag: npx lanekeeper uninstall --yes')
  if (!(await session.confirm('Do this?'))) throw usageError('Nothing was done.')
}

/** The hooks go first: nothing judges what follows, and a run that is cut short can be repeated. */
function leave(repository: Repository, { removals }: LeavePlan, refs: readonly string[]): void {
  const { git, root, stateDir } = repository
  if (isOursPinned(repository)) unpin(repository)
  removeExcludes(repository)
  const kept = removals.flatMap(({ file, before, after }) => (after === null ? [] : [{ file, before, after }]))
  applyEdits(root, kept)
  for (const { file, after } of removals) if (after === null) deleteFile(root, file)
  if (refs.length > 0) git.text(['update-ref', '--stdin'], { input: refs.map((ref) => `delete ${ref}\n`).join('') })
  rmSync(stateDir, { recursive: true, force: true })
}

function answer({ removals, left }: LeavePlan, steps: readonly string[], dryRun: boolean): Result {
  const json = { ok: true, dryRun, steps, removed: removals.map(({ file }) => file), left }
  if (steps.length === 0) return { json, text: 'Nothing to do: Lanekeeper is not installed here.' }
  if (dryRun) return { json, text: [...steps, 'Nothing was done.'].join('\n') }
  return { json, text: 'Lanekeeper is out. Commit what changed; with npm: npm uninstall lanekeeper' }
}
