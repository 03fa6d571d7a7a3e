/** A git of the test's own, first on PATH: it acts in its own way when it is asked for one thing, and is git for all else. */
import { chmodSync } from 'node:fs'
import type { TestRepository } from './repository.ts'

/**
 * The environment with that git.
 * @param words what its command line holds then
 * @param act shell words that run instead; `$git` is the real one, `$PPID` who asked
 */
export function gitThat(project: TestRepository, words: string, act: string): NodeJS.ProcessEnv {
  const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  const script = `#!/bin/sh\ngit=${real}\ncase "$*" in *"${words}"*) ${act};; esac\nexec $git "$@"\n`
  chmodSync(project.write('bin/git', script), 0o755)
  return { ...project.env, PATH: `${project.path('bin')}:${project.env.PATH}` }
}
