/** The workflow that `init --ci` writes: whole files of ours, never a word in somebody's own. */
import renderGithub from '../../../templates/ci/github.yml.hbs'
import renderGitlab from '../../../templates/ci/gitlab.yml.hbs'
import { VERSION } from '../version.ts'
import type { Edit } from './init-plan.ts'

export const CI_SYSTEMS = ['github', 'gitlab'] as const
export type CiSystem = (typeof CI_SYSTEMS)[number]

export const CI_FILES: Readonly<Record<CiSystem, string>> = {
  github: '.github/workflows/lanekeeper.yml',
  gitlab: '.gitlab/lanekeeper.yml',
}

/** GitLab's own file; what we write counts only once it is named there. */
export const GITLAB_MAIN_FILE = '.gitlab-ci.yml'

export interface CiPlan {
  readonly edits: readonly Edit[]
  readonly notes: readonly string[]
}

/** Which system an option's value names; null for none that we know. */
export function ciSystemOf(word: string): CiSystem | null {
  return CI_SYSTEMS.find((system) => system === word) ?? null
}

/**
 * What `--ci` adds to the plan. A file that is there is somebody's by now, whoever wrote it first.
 * @param texts of the files that exist, by path: ours and GitLab's own
 */
export function planCi(system: CiSystem, texts: ReadonlyMap<string, string>): CiPlan {
  const file = CI_FILES[system]
  const after = textOf(system, file)
  const before = texts.get(file)
  const edits =
    before === undefined ? [{ file, before: null, after, why: 'check in CI, on every request to merge' }] : []
  return {
    edits,
    notes: [
      ...(before === undefined || before === after ? [] : [`${file} is there already and stays as it is.`]),
      ...(system === 'gitlab' ? includeNote(file, texts.get(GITLAB_MAIN_FILE)) : []),
      ...(before === undefined ? [pushNote(system)] : []),
    ],
  }
}

function textOf(system: CiSystem, file: string): string {
  const mark = `Written by \`lanekeeper init --ci ${system}\`; yours to change. \`lanekeeper uninstall\` deletes it while it is as it was written.`
  const render = { github: renderGithub, gitlab: renderGitlab }[system]
  return render({ mark, version: VERSION, file })
}

function includeNote(file: string, main: string | undefined): string[] {
  if (main?.includes(file)) return []
  const verb = main === undefined ? 'Make' : 'Add to'
  return [`${verb} ${GITLAB_MAIN_FILE}, or the job never runs:\n  include:\n    - local: ${file}`]
}

/** Nothing pushes refs/lanekeeper by itself, and without the tasks every task's branch is refused. */
function pushNote(system: CiSystem): string {
  const required = {
    github: 'make "lanekeeper check" a required status check',
    gitlab: 'turn on "Pipelines must succeed"',
  }[system]
  return `CI judges by the tasks that the remote has: git push origin refs/lanekeeper/tasks '+refs/lanekeeper/leases/*'. Then ${required}.`
}
