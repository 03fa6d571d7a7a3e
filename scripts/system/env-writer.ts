/**
 * The `env` step: copies the listed files, then gives every env file its block. Nothing is written through a link that
 * leaves the worktree or into a file that git tracks: such a file is a problem of its own, and the rest goes on.
 */
import { chmodSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { COMPOSE_ENV_FILE, COMPOSE_VARIABLE } from '../policy/databases/compose.ts'
import { envLine, withBlock } from '../policy/env-file.ts'
import { type EnvFileFacts, type EnvFilePlan, planEnvFiles } from '../policy/env-plan.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { portMapOf } from '../policy/main-ports.ts'
import type { Settings } from '../policy/settings.ts'
import { type ComposeProject, composeProjectOf } from './compose.ts'
import { mainEnvFiles, parseEnv, userVariables, type Variables } from './env-files.ts'
import { type Target, writableTargets } from './env-targets.ts'
import { readIfExists, readJsonIfExists, writeAtomically } from './files.ts'
import { excludeFromGit } from './git-exclude.ts'
import { copyIncludedFiles } from './included-files.ts'
import type { WorktreeRecord } from './ledger.ts'
import type { PathStates } from './path-states.ts'
import type { Repository } from './repository.ts'
import { worktreeFacts } from './worktree-facts.ts'

const PRIVATE = 0o600

export interface WrittenEnv {
  /** Files that hold a block of ours now. */
  readonly files: readonly string[]
  /** Files that were written or copied just now. */
  readonly changed: readonly string[]
  readonly problems: readonly LanekeeperError[]
}

/** Writes the env files of the worktree. Never throws for one file: the problem is in the answer and the others are written. */
export async function writeEnvFiles(
  repository: Repository,
  settings: Settings,
  record: WorktreeRecord,
  states: PathStates,
): Promise<WrittenEnv> {
  const included = copyIncludedFiles(repository)
  const problems = [...included.problems]
  const compose = composeProjectOf(repository, settings, record)
  const wishes = { settings, compose, present: included.present, known: record.envFiles ?? [] }
  const targets = writableTargets(repository, wishes, states, problems)
  const plans = planEnvFiles(planFacts(repository, settings, record, targets, compose))
  const written = plans.map((plan, index) => writeBlock(repository, plan, targets[index] as Target, problems))
  await hideFromGit(repository, [...targets.map((target) => target.relative), ...included.present], states)
  const changed = plans.filter((_, index) => written[index] === 'changed').map(({ file }) => file)
  return {
    files: plans.filter((_, index) => written[index] !== 'none').map(({ file }) => file),
    changed: [...new Set([...included.copied, ...changed])],
    problems,
  }
}

function planFacts(
  repository: Repository,
  settings: Settings,
  record: WorktreeRecord,
  targets: readonly Target[],
  compose: ComposeProject | null,
) {
  const main = mainEnvFiles(repository, settings)
  const facts = worktreeFacts(repository, settings, record)
  return {
    files: targets.map((target, index) => ({
      ...fileFacts(repository, target, targets, main),
      given: givenTo(target.file, index === 0, compose),
    })),
    services: facts.services,
    databaseVars: facts.databaseVars,
    dictionary: facts.dictionary,
    portMap: portMapOf(record.ports?.ports ?? {}, main[0]?.values ?? {}, packageNames(repository)),
  }
}

/** The first file is what `run` exports; `.env` is what a plain `docker compose` reads. */
function givenTo(file: string, isFirst: boolean, compose: ComposeProject | null): Record<string, string> {
  const isTold = isFirst || (file === COMPOSE_ENV_FILE && compose?.needsEnvFile)
  return compose && isTold ? { [COMPOSE_VARIABLE]: compose.name } : {}
}

/** A file stands above the `.env` of its directory, unless that one gets a block of its own. */
function fileFacts(
  repository: Repository,
  { file, path, set, kind }: Target,
  targets: readonly Target[],
  main: ReturnType<typeof mainEnvFiles>,
): Omit<EnvFileFacts, 'given'> {
  const isConfigured = kind === 'configured'
  if (kind === 'compose') return { file, set, isConfigured, definedInMain: [], inherited: {} }
  const below = posix.join(posix.dirname(file), '.env')
  const hasOwnBlock = targets.some((target) => target.file === below && target.kind !== 'compose')
  const under: Variables = isConfigured && !hasOwnBlock ? userVariables(join(repository.root, below)) : {}
  const definedInMain = Object.keys(main.find((one) => posix.normalize(one.file) === file)?.values ?? {})
  return { file, set, isConfigured, definedInMain, inherited: { ...under, ...userVariables(path) } }
}

function packageNames(repository: Repository): string[] {
  const manifest = readJsonIfExists<Record<string, object>>(join(repository.root, 'package.json'))
  return Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies })
}

function writeBlock(
  repository: Repository,
  plan: EnvFilePlan,
  { path }: Target,
  problems: LanekeeperError[],
): 'changed' | 'same' | 'none' {
  problems.push(...plan.problems)
  try {
    const before = readIfExists(path)
    const lines = linesOf(plan, problems)
    if (before === null && lines.length === 0) return 'none'
    const after = withBlock(before ?? '', lines)
    assertReadBack(plan, after)
    if (after !== before) writeAtomically(path, after, { mode: PRIVATE, durable: false, worktree: repository })
    else if (lines.length > 0 && (statSync(path).mode & 0o077) !== 0) chmodSync(path, PRIVATE)
    if (lines.length === 0) return 'none'
    return after === before ? 'same' : 'changed'
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    problems.push(error)
    return 'none'
  }
}

function linesOf({ file, values }: EnvFilePlan, problems: LanekeeperError[]): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const line = envLine(key, value)
    if (line !== null) return [line]
    problems.push(
      new LanekeeperError('env-file', `${key} was not written to ${file}: a dotenv file has no way to say its value.`, {
        hint: 'Names are letters, digits, _ . and -; a value may not end in a backslash or hold all three kinds of quotes.',
      }),
    )
    return []
  })
}

/** An open quote above our block would swallow it: what a program would read is compared with what we mean. */
function assertReadBack({ file, values }: EnvFilePlan, text: string): void {
  const read = parseEnv(text)
  const lost = Object.entries(values).find(([key, value]) => envLine(key, value) !== null && read[key] !== value)
  if (lost)
    throw new LanekeeperError('env-file', `${file} was left as it is: its own lines swallow ours (${lost[0]}).`, {
      hint: `Look for a quote that is opened and never closed in ${file}, then repeat: npx lanekeeper setup`,
    })
}

/** Secrets must not be one `git add -A` away from a commit: what git does not ignore goes to info/exclude. */
async function hideFromGit(repository: Repository, files: readonly string[], states: PathStates): Promise<void> {
  const known = states(files)
  await excludeFromGit(
    repository,
    files.filter((file) => known.get(file) === 'open'),
  )
}
