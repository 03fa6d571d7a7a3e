/** A person's own editor on a text. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { LanekeeperError } from '../policy/errors.ts'
import { writeAtomically } from './files.ts'
import type { Git } from './git.ts'

/**
 * Opens the text in the editor that git would open, and gives what was saved.
 * @param file where the text lies meanwhile; it is left there when the editor fails
 * @throws `terminal` when the editor cannot be started or fails
 */
export function editedText(git: Git, file: string, text: string, env: NodeJS.ProcessEnv): string {
  const editor = env.VISUAL || env.EDITOR || git.attempt(['var', 'GIT_EDITOR']).stdout.trim() || 'vi'
  writeAtomically(file, text)
  // as git does: the editor's words are the person's own shell line, the file is one argument
  const { status, error } = spawnSync('sh', ['-c', `${editor} "$@"`, editor, file], { stdio: 'inherit', env })
  if (error || status !== 0)
    throw new LanekeeperError('terminal', `The editor "${editor}" ended with ${status ?? error?.message}.`, {
      hint: `Nothing was changed. Choose another: VISUAL=nano npx lanekeeper task edit …`,
    })
  const edited = readFileSync(file, 'utf8')
  rmSync(file, { force: true })
  return edited
}
