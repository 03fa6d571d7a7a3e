/**
 * Which env files a set-up may write to: those of the settings, those that were copied, and Compose's `.env`. Nothing is
 * written through a link that leaves the worktree or into a file that git tracks.
 */
import { posix } from 'node:path'
import { COMPOSE_ENV_FILE } from '../policy/databases/compose.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Settings } from '../policy/settings.ts'
import type { ComposeProject } from './compose.ts'
import type { PathStates } from './path-states.ts'
import type { Repository } from './repository.ts'
import { locateInWorktree } from './worktree-file.ts'

export interface Target {
  readonly file: string
  /** Where it really is. */
  readonly path: string
  /** The same from the worktree's root. */
  readonly relative: string
  readonly set: Readonly<Record<string, string>>
  /** `compose`: for Docker Compose's project alone, where git ignores the file. */
  readonly kind: 'configured' | 'copied' | 'compose'
}

export interface Wishes {
  readonly settings: Settings
  readonly compose: ComposeProject | null
  /** Files of `.worktreeinclude`. */
  readonly present: readonly string[]
  /** Files that a set-up before this one gave a block. */
  readonly known: readonly string[]
}

/** The files we may write: the settings' first, then copied env files that the settings do not name. */
export function writableTargets(
  repository: Repository,
  wishes: Wishes,
  states: PathStates,
  problems: LanekeeperError[],
): Target[] {
  const located = wantedFiles(wishes).flatMap((wanted) => {
    const place = locateInWorktree(repository.root, wanted.file)
    if ('refused' in place && wanted.kind !== 'compose') problems.push(refused(wanted.file, place.refused))
    return 'path' in place ? [{ ...wanted, path: place.path, relative: place.relative }] : []
  })
  const known = states(located.map(({ relative }) => relative))
  return located.filter(({ file, relative, kind }) => {
    const state = known.get(relative)
    if (kind === 'compose') return state === 'ignored'
    if (state === 'tracked') problems.push(refused(file, `${relative} is tracked by git`))
    return state !== 'tracked'
  })
}

/** Compose's file is the last, and there only beside others: the first one holds every service. */
function wantedFiles({ settings, compose, present, known }: Wishes): Pick<Target, 'file' | 'set' | 'kind'>[] {
  const configured = settings.env.map(({ file, set }) => ({
    file: posix.normalize(file),
    set,
    kind: 'configured' as const,
  }))
  const copied = present
    .filter((file) => isEnvFile(file) && !configured.some((one) => one.file === file))
    .map((file) => ({ file, set: {}, kind: 'copied' as const }))
  const wanted = [...configured, ...copied]
  const isThere = wanted.length === 0 || wanted.some(({ file }) => file === COMPOSE_ENV_FILE)
  // one that had a block is written without it once there is nothing to say
  const isDue = compose?.needsEnvFile === true || known.includes(COMPOSE_ENV_FILE)
  return isThere || !isDue ? wanted : [...wanted, { file: COMPOSE_ENV_FILE, set: {}, kind: 'compose' }]
}

function isEnvFile(file: string): boolean {
  return /(?:^|\/)(?:\.env(?:\.[^/]+)?|[^/]+\.env)$/.test(file)
}

function refused(file: string, why: string): LanekeeperError {
  return new LanekeeperError('env-file', `${file} was not written: ${why}.`, {
    hint: `Take it out of git or replace the link (git rm --cached ${file}; or name another file under "env" in lanekeeper.json), then: npx lanekeeper setup`,
  })
}
