/** Where a program is on PATH, asked before anything is started with it. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/**
 * The absolute path of a program, as execvp would find it, or null.
 * @param cwd what a name with a slash in it is relative to
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv, cwd: string): string | null {
  const candidates = /[/\\]/.test(name) ? [resolve(cwd, name)] : onPath(name, env)
  return candidates.find(isExecutable) ?? null
}

function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const endings = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : ['']
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '')
    .flatMap((dir) => endings.map((ending) => join(dir, name + ending)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
