/** Every file of a project that adopting Lanekeeper may write to: what `init` edits, a person commits, and `uninstall` looks through. */
import { AGENT_FILES } from '../agent-hooks/settings-files.ts'
import { SETTINGS_FILE } from '../settings.ts'
import { CI_FILES } from './init-ci.ts'
import { HOOKS, INCLUDE_FILE } from './init-plan.ts'

/** Paths from the project's root. */
export const ADOPTED_FILES: readonly string[] = [
  ...HOOKS.map((hook) => `.husky/${hook}`),
  SETTINGS_FILE,
  'package.json',
  '.gitignore',
  INCLUDE_FILE,
  'AGENTS.md',
  'CLAUDE.md',
  ...AGENT_FILES,
  ...Object.values(CI_FILES),
]
