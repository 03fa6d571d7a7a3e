/** What `uninstall` takes out of a project: our lines and blocks anywhere, whole files only where nobody changed what we wrote. */
import { withoutAgentPart } from '../agent-hooks/adopt.ts'
import { AGENT_FILES } from '../agent-hooks/settings-files.ts'
import { SETTINGS_FILE } from '../settings.ts'
import { CI_FILES } from './init-ci.ts'
import { HOOKS, INCLUDE_FILE } from './init-plan.ts'
import { withoutBlock, withoutLines } from './marked-text.ts'
import { type Manifest, withoutScripts } from './package-scripts.ts'

export interface LeaveFacts {
  /** Text of the files we may have written to, by path. */
  readonly texts: ReadonlyMap<string, string>
  readonly manifest: Manifest | null
  /** Files that init created and that still are what it wrote. */
  readonly untouched: ReadonlySet<string>
}

export interface Removal {
  readonly file: string
  readonly before: string
  /** null: the file goes. */
  readonly after: string | null
}

export interface LeavePlan {
  readonly removals: readonly Removal[]
  /** Files of ours that somebody made theirs. */
  readonly left: readonly string[]
}

/** The plan to leave; empty where nothing of ours is in the project. */
export function planLeave(facts: LeaveFacts): LeavePlan {
  const wholes = [SETTINGS_FILE, INCLUDE_FILE, 'CLAUDE.md', ...Object.values(CI_FILES), ...AGENT_FILES].filter((file) =>
    facts.untouched.has(file),
  )
  const removals = [
    ...HOOKS.map((hook) => taken(facts, `.husky/${hook}`, withoutLines)),
    taken(facts, '.gitignore', (text) => withoutBlock(text, 'hash')),
    taken(facts, 'AGENTS.md', (text) => withoutBlock(text, 'html')),
    taken(facts, 'package.json', (text) => (facts.manifest ? withoutScripts(text, facts.manifest) : text)),
    ...wholes.map((file) => taken(facts, file, () => '')),
    ...AGENT_FILES.filter((file) => !facts.untouched.has(file)).map((file) =>
      taken(facts, file, (text) => withoutAgentPart(file, text)),
    ),
  ]
  return {
    removals: removals.filter((removal) => removal !== null),
    left: [SETTINGS_FILE, ...Object.values(CI_FILES)].filter(
      (file) => facts.texts.has(file) && !facts.untouched.has(file),
    ),
  }
}

/** A file without our part; one that held nothing else goes. */
function taken(facts: LeaveFacts, file: string, without: (text: string) => string): Removal | null {
  const before = facts.texts.get(file)
  if (before === undefined) return null
  const after = without(before)
  if (after === before) return null
  return { file, before, after: after.trim() === '' ? null : after }
}
