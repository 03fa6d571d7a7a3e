/** The questions of a new project. */
import type { Question } from '../task/prompts.ts'

export interface RawProject {
  readonly directory: string
  readonly install: string
}

/** Where it goes, and whether npm may run. */
export function projectPrompts(): Question<RawProject>[] {
  return [
    {
      type: 'input',
      name: 'directory',
      message: 'Directory of the new project',
      validate: (line) => (line.trim() === '' ? 'A directory is needed.' : true),
    },
    {
      type: 'input',
      name: 'install',
      message: 'Run npm install (yes or no)',
      default: 'yes',
      validate: (line) => /^(y|yes|n|no)$/i.test(line.trim()) || 'yes or no',
    },
  ]
}
