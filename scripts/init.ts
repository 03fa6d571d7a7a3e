/** Adopts Lanekeeper in a repository: look, show the plan, write it down, write it, install the hooks. */

import { ciOption, withCi } from './adoption/init-ci.ts'
import { nextSteps } from './adoption/next-steps.ts'
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
import { installHooks } from './install.ts'
import { foreignHooks } from './policy/adoption/hooks-owner.ts'
import { type Edit, type Plan, planInit } from './policy/adoption/init-plan.ts'
import { HOOKED_AGENTS, hookedAgentsIn } from './policy/agent-hooks/formats.ts'
import { filesWithoutOurs } from './policy/agent-hooks/settings-health.ts'
import { LanekeeperError } from './policy/errors.ts'
import { SETTINGS_FILE } from './policy/settings.ts'
import { commandLine } from './policy/shell-quote.ts'
import { readHookFacts } from './system/hook-facts.ts'
import { recordWritten } from './system/manifest.ts'
import { readPolicy } from './system/policy-source.ts'
import { readProjectFacts } from './system/project-facts.ts'
import { applyEdits } from './system/project-files.ts'
import { assertGitVersion, openRepository, type Repository } from './system/repository.ts'
import { wayToRoot } from './where-to.ts'

export const command: Command = {
  summary:
    'Adopt Lanekeeper in this repository: hooks, settings, scripts, and a word to the agents. Shows the plan first.',
  usage: `[--agents ${HOOKED_AGENTS.join(',')}] [--ci github|gitlab] [--yes] [--dry-run]`,
  options: {
    agents: {
      type: 'string',
      value: 'NAMES',
      help: 'Hold these agents in their lanes while they edit, by hooks in the settings they read',
    },
    ci: ciOption,
    yes: commonOptions.yes,
    'dry-run': commonOptions.dryRun,
  },
  positionals: [0, 0],
  examples: [
    'npx lanekeeper init --dry-run',
    'npx lanekeeper init --yes',
    'npx lanekeeper init --agents claude,codex --ci github --yes',
  ],
  run: init,
}

async function init(input: Input, session: Session): Promise<Result> {
  const agents = hookedAgentsIn(textOption(input, 'agents') ?? '')
  const repository = openForAdoption(session)
  const facts = readProjectFacts(repository)
  const plan = withCi(planInit(facts, agents), facts, input)
  if (flag(input, 'dry-run')) return planned(plan)
  if (plan.edits.length > 0) await agree(plan, flag(input, 'yes'), session)
  recordWritten(repository, plan.edits, filesWithoutOurs(facts.texts))
  applyEdits(repository.root, plan.edits)
  const { changed, hooksPath } = installHooks(repository, readPolicy(repository))
  return adopted(repository, plan, { changed, hooksPath }, session)
}

/** The repository, when Lanekeeper may come in: a main worktree with a commit, and no other hooks manager in charge. */
function openForAdoption(session: Session): Repository {
  const repository = openRepository(session.cwd, session.env)
  assertGitVersion(repository.git)
  const reason = whyNotHere(repository)
  if (reason) throw reason
  const foreign = foreignHooks(readHookFacts(repository))
  if (foreign)
    throw new LanekeeperError('foreign-hooks', `Git hooks are in the hands of ${foreign.who}.`, {
      hint: [...wayToRoot(repository, session.cwd).map((step) => `  ${step}`), foreign.hint].join('\n'),
    })
  return repository
}

function whyNotHere({ git, isBare, isLinked, mainWorktree, commonDir }: Repository): LanekeeperError | null {
  if (isBare)
    return new LanekeeperError('not-a-repository', `${commonDir} is a bare repository: it has no files to adopt.`, {
      hint: `Go to a clone of it: git clone ${commandLine([commonDir])} project && cd project`,
    })
  const superproject = git.attempt(['rev-parse', '--show-superproject-working-tree']).stdout.trim()
  if (superproject !== '')
    return new LanekeeperError('not-a-repository', `${mainWorktree} is a submodule of ${superproject}.`, {
      hint: 'git makes no worktrees of a superproject with its submodules. Adopt Lanekeeper in a clone of its own.',
    })
  if (isLinked && mainWorktree === commonDir)
    return new LanekeeperError('not-a-repository', `The repository of this worktree is bare (${commonDir}).`, {
      hint: `Lanekeeper needs a main worktree, where the base is checked out: git clone ${commandLine([commonDir])} project && cd project`,
    })
  if (isLinked)
    return usageError(
      'This is a linked worktree; Lanekeeper is adopted in the main worktree.',
      `cd ${commandLine([mainWorktree])} && npx lanekeeper init`,
    )
  if (git.attempt(['rev-parse', '--verify', '--quiet', 'HEAD']).status !== 0)
    return usageError(
      'There is no commit yet, and worktrees start from one.',
      'git add -A && git commit --allow-empty -m "Start", then: npx lanekeeper init',
    )
  return null
}

/** Shows the plan and has it agreed to. Throws `usage` where nobody can be asked, or when the answer is no. */
async function agree(plan: Plan, isYes: boolean, session: Session): Promise<void> {
  for (const line of linesOf(plan)) session.out.note(line)
  if (isYes) return
  if (!session.isInteractive)
    throw usageError(
      'Nobody is here to agree to this plan, so nothing was written.',
      'Agree by flag: npx lanekeeper init --yes',
    )
  if (!(await session.confirm('Write this?')))
    throw usageError('Nothing was written.', 'See the plan again: npx lanekeeper init --dry-run')
}

function linesOf({ edits, found, notes }: Plan): string[] {
  const reasons = [...new Set(edits.map(({ why }) => why))]
  const writes = reasons.flatMap((reason) =>
    (['create', 'edit'] as const).flatMap((verb) => {
      const files = edits.filter(({ why, before }) => why === reason && (before === null) === (verb === 'create'))
      if (files.length === 0) return []
      return [`${verb} ${files.map(({ file }) => file).join(', ')}: ${reason}`, ...files.flatMap(settingsLines)]
    }),
  )
  return [...found.map((what) => `found ${what}`), ...writes, ...notes]
}

/** The settings are guesses of ours about the project: they are shown word for word. */
function settingsLines({ file, after }: Edit): string[] {
  if (file !== SETTINGS_FILE) return []
  return after
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
}

function planned(plan: Plan): Result {
  const { edits, found, notes } = plan
  const json = { ok: true, dryRun: true, changes: changesOf(plan), found, notes }
  const text =
    edits.length === 0
      ? 'Nothing to write.'
      : [...linesOf(plan), 'Then the hooks are installed. Nothing was written.'].join('\n')
  return { json, text }
}

function adopted(
  repository: Repository,
  plan: Plan,
  hooks: { changed: readonly string[]; hooksPath: string },
  session: Session,
): Result {
  const { edits, found, notes } = plan
  const isNew = edits.length > 0 || hooks.changed.length > 0
  if (edits.length > 0) session.out.done(`${edits.length} file${edits.length === 1 ? '' : 's'} written`)
  if (hooks.changed.length > 0) session.out.done(`hooks are live (${hooks.hooksPath})`)
  const next = nextSteps(repository, plan, session.cwd)
  const json = { ok: true, changes: changesOf(plan), found, notes, hooks, next }
  return {
    json,
    text: isNew ? ['Next:', ...next.map((step) => `  ${step}`)].join('\n') : 'Nothing to do: everything is in place.',
  }
}

function changesOf({ edits }: Plan): object[] {
  return edits.map(({ file, before, after, why }) => ({
    file,
    action: before === null ? 'create' : 'edit',
    why,
    ...(file === SETTINGS_FILE ? { text: after } : {}),
  }))
}
