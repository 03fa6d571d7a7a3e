/**
 * Doctor's check of the settings that agents read. Who was set up is known by what is there, by the base's copy, and by
 * what `init` wrote down in this clone; agents that never were are no finding.
 */

import { type AgentFile, agentFiles, type Fault, holdsOurs } from '../policy/agent-hooks/settings-health.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { type AgentTexts, lastChangeOfOurs, readAgentTexts } from '../system/agent-files.ts'
import { isInstalled } from '../system/installed.ts'
import { recordWritten } from '../system/manifest.ts'
import { applyEdits } from '../system/project-files.ts'
import { agentHookFile } from '../system/trusted-programs.ts'
import { type Check, type Finding, orOk, problem, type Remedy, type Scene, warning } from './finding.ts'
import { isExecutable, reinstall } from './hooks.ts'

export const agentChecks: readonly Check[] = [{ name: 'agents', look: checkAgents }]

function checkAgents(scene: Scene): readonly Finding[] {
  const { repository, policy } = scene
  const texts = readAgentTexts(repository, policy?.baseTip ?? null)
  // a branch may be older than the adoption: in a linked worktree only what the base has is missed
  const wasOurs = (file: string) =>
    holdsOurs(file, texts.atBase(file)) || (!repository.isLinked && texts.written.has(file))
  const files = agentFiles(texts.here, wasOurs)
  if (files.length === 0) return []
  const agents = [...new Set(files.map(({ agent }) => agent))].join(', ')
  const findings = files.flatMap((one) => {
    if (one.fault === null) return uncommitted(one, scene, texts)
    return [repository.isLinked ? inLinked(one, one.fault, scene, texts) : inMain(one, one.fault, scene, texts)]
  })
  return orOk([...findings, ...checkProgram(scene)], `${agents}: held in their lanes while they edit`)
}

function inMain(one: AgentFile, fault: Fault, scene: Scene, texts: AgentTexts): Finding {
  const { agent, file } = one
  const init = initLine(agent)
  const removal = fault.kind === 'gone' ? removedBy(file, scene, texts) : null
  // a commit of the base did it: that may be meant, so it is told and not undone
  if (removal !== null)
    return warning(
      `${file}: commit ${removal} took the hooks of ${agent} out of ${scene.policy?.base}`,
      `${init}\nIt is meant, and not to be told again: npx lanekeeper init`,
    )
  const { fix, after } = mending(one, fault, texts)
  const remedy = after === null ? null : remedyOf(scene, { file, before: texts.here(file), after })
  return (fault.kind === 'outdated' ? warning : problem)(sentence(one, fault), fix, remedy)
}

function initLine(agent: string): string {
  return commandLine(['npx', 'lanekeeper', 'init', '--agents', agent])
}

/** Null where the base has it still, or never had it. */
function removedBy(file: string, { repository, policy }: Scene, { atBase }: AgentTexts): string | null {
  if (!policy?.baseTip || holdsOurs(file, atBase(file))) return null
  return lastChangeOfOurs(repository.git, policy.baseTip, file)
}

/** How a file is mended; `after` is null where only a person can. */
function mending({ agent, file, mended }: AgentFile, { kind }: Fault, { here, atHead }: AgentTexts) {
  // a file that went as a whole held more than our part
  if ((here(file) ?? '').trim() === '' && holdsOurs(file, atHead(file)))
    return { fix: commandLine(['git', 'restore', '--source=HEAD', '--', file]), after: atHead(file) }
  if (kind === 'switched-off') return { fix: `Take "disableAllHooks" out of ${file}`, after: null }
  if (mended !== null) return { fix: initLine(agent), after: mended }
  const undo = `${commandLine(['git', 'restore', '--source=HEAD', '--', file])}  (takes back every change to it)`
  const byHand = `Mend it by hand: it must be JSON without comments. Then: ${initLine(agent)}`
  return { fix: holdsOurs(file, atHead(file)) ? `${byHand}\nOr: ${undo}` : byHand, after: null }
}

function remedyOf({ repository }: Scene, edit: { file: string; before: string | null; after: string }): Remedy {
  return {
    name: `mend ${edit.file}`,
    run: () => {
      recordWritten(repository, [edit])
      applyEdits(repository.root, [edit])
    },
  }
}

/** A linked worktree's files are its branch's: what is theirs comes by a merge, and nothing is written into it. */
function inLinked(one: AgentFile, fault: Fault, { policy }: Scene, { here, atHead }: AgentTexts): Finding {
  const { file } = one
  const isEdited = here(file) !== atHead(file) && holdsOurs(file, atHead(file))
  const fix = isEdited ? ['git', 'restore', '--source=HEAD', '--', file] : ['git', 'merge', policy?.base ?? 'main']
  return warning(`${sentence(one, fault)} in this worktree`, commandLine(fix))
}

function sentence({ agent, file }: AgentFile, fault: Fault): string {
  const unheld = `nothing holds ${agent} while it edits`
  if (fault.kind === 'gone') return `${file}: the hooks of ${agent} are gone, so ${unheld}`
  if (fault.kind === 'missing') return `${file}: hooks of ${agent} are gone: ${fault.events.join(', ')}`
  if (fault.kind === 'outdated')
    return `${file}: hooks of ${agent} are not as this version writes them: ${fault.events.join(', ')}`
  if (fault.kind === 'switched-off') return `${file}: "disableAllHooks" is true, so ${unheld}`
  return `${file} is no JSON that ${agent} could read its hooks from, so ${unheld}`
}

/** Worktrees get what is committed on the base, and nothing else. */
function uncommitted({ agent, file }: AgentFile, { repository, policy }: Scene, { atBase }: AgentTexts): Finding[] {
  if (repository.isLinked || !policy?.baseTip || holdsOurs(file, atBase(file))) return []
  const isIgnored = repository.git.test(['check-ignore', '--quiet', '--', file])
  const add = commandLine(['git', 'add', ...(isIgnored ? ['-f'] : []), '--', file])
  return [
    warning(
      `${file}: the hooks of ${agent} are not committed on ${policy.base} yet, so no worktree gets them${isIgnored ? ' (git ignores the file)' : ''}`,
      `${add} && git commit -m "chore: hold agents in their lanes"`,
    ),
  ]
}

/** The settings start this file, and pass every edit in silence where it is not. */
function checkProgram(scene: Scene): Finding[] {
  const program = agentHookFile(scene.repository)
  if (!isInstalled(scene.repository) || isExecutable(program)) return []
  return [problem(`missing or not executable: ${program}`, 'npx lanekeeper doctor --fix', reinstall(scene))]
}
