/** Doctor's checks of the project: settings, what init wrote, env files out of git, and the base's alarms. */
import { alarmsOf } from '../gate/alarms.ts'
import { planInit } from '../policy/adoption/init-plan.ts'
import { SETTINGS_FILE } from '../policy/settings.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { isInstalled } from '../system/installed.ts'
import { readProjectFacts } from '../system/project-facts.ts'
import { type Check, type Finding, ok, orOk, problem, type Scene, warning } from './finding.ts'

export const projectChecks: readonly Check[] = [
  { name: 'settings', look: checkSettings },
  { name: 'adoption', look: checkAdoption },
  { name: 'env-files', look: checkEnvFiles },
  { name: 'base', look: checkBase },
]

/** Rules count from the base's tip; a file that is only on disk guards nothing yet. */
function checkSettings({ policy, policyError }: Scene): Finding[] {
  if (policyError) return [problem(policyError.message, policyError.hint ?? `Mend ${SETTINGS_FILE}`)]
  if (policy?.settingsFrom === 'base') return [ok(`${SETTINGS_FILE} is valid and committed on ${policy.base}`)]
  if (policy?.settingsFrom === 'worktree')
    return [
      warning(
        `${SETTINGS_FILE} is not committed on ${policy.base} yet`,
        `git add ${SETTINGS_FILE} && git commit -m "chore: adopt Lanekeeper"`,
      ),
    ]
  return [warning(`there is no ${SETTINGS_FILE}: defaults are in force`, 'npx lanekeeper init')]
}

/** Asked in the main worktree only: a branch may be older than the adoption. */
function checkAdoption({ repository }: Scene): Finding[] {
  if (repository.isLinked) return [ok(`adopted in ${repository.mainWorktree}`)]
  const { edits } = planInit(readProjectFacts(repository))
  if (edits.length === 0) return [ok('everything init writes is in place')]
  return [warning(`init would write ${edits.map(({ file }) => file).join(', ')}`, 'npx lanekeeper init')]
}

/** A tracked env file would carry one worktree's ports and database into every other. */
function checkEnvFiles({ repository, policy }: Scene): readonly Finding[] {
  if (policy === null) return []
  const files = policy.settings.env.map(({ file }) => file)
  if (files.length === 0) return [ok('no env files are written')]
  const { git } = repository
  const tracked = git.nul(['ls-files', '-z', '--', ...files.map((file) => `:(top,literal)${file}`)])
  const findings = tracked.map((file) =>
    problem(
      `${file} is tracked by git: every worktree would share it`,
      `${commandLine(['git', 'rm', '--cached', file])} && ${commandLine(['echo', file])} >> .gitignore`,
    ),
  )
  return orOk(findings, `${files.join(', ')}: not in git`)
}

function checkBase({ repository, policy }: Scene): readonly Finding[] {
  // without settings there are no rules to judge by, and without hooks nothing was ever judged
  if (policy === null || !isInstalled(repository)) return []
  const alarms = alarmsOf(repository, policy)
  return orOk(
    alarms.map(({ code, message, hint }) => problem(`${code}: ${message}`, hint)),
    `nothing moved ${policy.base} behind the gate’s back`,
  )
}
