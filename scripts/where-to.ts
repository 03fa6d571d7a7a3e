/** Where to go first, so that a command of ours works where it is pasted. */
import { relative } from 'node:path'
import type { Session } from './command.ts'
import { commandLine } from './policy/shell-quote.ts'
import type { Repository } from './system/repository.ts'

/** The command that goes to the top of the worktree, or none for who is there. */
export function wayToRoot({ root }: Repository, cwd: string): string[] {
  return cwd === root ? [] : [commandLine(['cd', root])]
}

/**
 * The command that goes to a directory: short where that is near. `npm run` changes to the package's folder before it
 * starts us, and INIT_CWD is the one that the command is pasted in: a path of its own leads there from both.
 */
export function goTo(path: string, { cwd, env }: Pick<Session, 'cwd' | 'env'>): string {
  const near = relative(cwd, path)
  const isElsewhere = env.INIT_CWD !== undefined && env.INIT_CWD !== cwd
  return commandLine(['cd', isElsewhere || near.startsWith('../../..') ? path : near || '.'])
}
