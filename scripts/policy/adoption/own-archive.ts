/** Lanekeeper from a packed file (`npm i -D ./lanekeeper-0.1.0.tgz`): what no clone and no worktree has, none can install. */
import { shellQuote } from '../shell-quote.ts'
import { dependenciesOf } from './package-scripts.ts'
import { manifestOf, type ProjectFacts } from './project-facts.ts'

/** The file's path in the project, or one that leads out of it; null where the package comes from elsewhere, or git has it. */
export function missingArchive(facts: ProjectFacts): string | null {
  const manifest = manifestOf(facts)
  const wanted = (manifest && dependenciesOf(manifest).lanekeeper) ?? ''
  const path = wanted.replace(/^(?:file|portal|link):/, '').replace(/^(?:\.\/)+/, '')
  // one by its full path is found from everywhere on this machine
  if (!path.endsWith('.tgz') || path.startsWith('/') || /^\w+:/.test(path)) return null
  return facts.files.includes(path) && !facts.untracked.includes(path) ? null : path
}

/** What a person should do about it. */
export function archiveNote(facts: ProjectFacts): string[] {
  const path = missingArchive(facts)
  if (path === null) return []
  const what = `package.json takes lanekeeper from ${path}`
  return path.startsWith('../')
    ? [`${what}: worktrees look for it beside themselves. Copy it into the project and install it from there.`]
    : [`${what}, which is not in git: no clone and no worktree can install it. git add -f ${shellQuote(path)}`]
}
