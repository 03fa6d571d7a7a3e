/** What `init` says beside its plan: things that only a person can put right. */
import { detectServers } from '../databases/detect-databases.ts'
import { SETTINGS_FILE } from '../settings.ts'
import { shellQuote } from '../shell-quote.ts'
import { preCommitLine } from './hooks-owner.ts'
import { archiveNote } from './own-archive.ts'
import { dependenciesOf, installScriptOf } from './package-scripts.ts'
import { manifestOf, type ProjectFacts } from './project-facts.ts'

/** The notes; none where all is as it should be. */
export function notesFor(facts: ProjectFacts): string[] {
  const manifest = manifestOf(facts)
  const claude = facts.texts.get('CLAUDE.md')
  const husky = facts.texts.get('.husky/pre-commit') ?? ''
  const servers = detectServers(facts.envFiles)
  return [
    ...(manifest
      ? []
      : [`There is no package.json at the top: after a fresh clone install the hooks with ${installLine(facts)}.`]),
    ...(manifest && manifest.name !== 'lanekeeper' && !('lanekeeper' in dependenciesOf(manifest))
      ? [`package.json does not depend on lanekeeper yet: ${addCommand(facts.files)}`]
      : []),
    ...archiveNote(facts),
    ...(manifest && facts.usesYarnBerry && installScriptOf(manifest, true) === 'prepare'
      ? ['yarn install runs no "prepare": after a fresh clone install the hooks with yarn lanekeeper install.']
      : []),
    ...(facts.usesPlugAndPlay
      ? ['npx finds nothing in a project with Plug’n’Play: say git lanekeeper wherever a text says npx lanekeeper.']
      : []),
    ...(facts.files.includes('.pre-commit-config.yaml') && !/pre-commit (?:run|hook-impl)/.test(husky)
      ? [`No hook calls pre-commit, nor may it install its own. To have it run:\n${preCommitLine('pre-commit')}`]
      : []),
    // a link to AGENTS.md, or the other way round, has the same text
    ...(claude !== undefined && claude !== facts.texts.get('AGENTS.md') && !claude.includes('@AGENTS.md')
      ? ['CLAUDE.md does not take AGENTS.md in: add the line @AGENTS.md to it.']
      : []),
    ...servers.map(
      (variable) =>
        `${variable} is a database server elsewhere: worktrees share it until ${SETTINGS_FILE} has it under "databases".`,
    ),
  ]
}

/** npx finds what is installed in the folder it is called in, or above. */
function installLine({ packages }: ProjectFacts): string {
  const folder = packages.find(({ manifest }) => 'lanekeeper' in dependenciesOf(manifest))?.dir
  return `${folder === undefined ? '' : `cd ${shellQuote(folder)} && `}npx lanekeeper install`
}

/** How the project's package manager adds a dev dependency; its lockfile tells which it is. */
function addCommand(files: readonly string[]): string {
  if (files.includes('pnpm-lock.yaml'))
    return `pnpm add -D ${files.includes('pnpm-workspace.yaml') ? '-w ' : ''}lanekeeper`
  if (files.includes('yarn.lock')) return 'yarn add -D lanekeeper'
  if (files.includes('bun.lock') || files.includes('bun.lockb')) return 'bun add -d lanekeeper'
  return 'npm install --save-dev lanekeeper'
}
