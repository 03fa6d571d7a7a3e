/** Two clones of one bare repository, as two machines of a team. */
import { chmodSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { leased } from './leases.ts'
import { createRepository, type Place, repositoryAt, type TestRepository } from './repository.ts'

export interface Machines {
  readonly one: TestRepository
  readonly two: TestRepository
  /** The bare repository that both call `origin`. */
  readonly hub: TestRepository
}

/** Both have the settings of `leased()` and share tasks and leases over `origin`. */
export function twoMachines(place?: Place): Machines {
  const [[file, text] = ['', '{}']] = Object.entries(leased())
  const settings = JSON.stringify({ ...JSON.parse(text), remote: 'origin' })
  const one = createRepository({ [file]: settings }, place)
  const at = (name: string) => repositoryAt(one, join(one.dir, name))
  one.git(['clone', '-q', '--bare', one.root, one.path('hub.git')])
  one.git(['remote', 'add', 'origin', one.path('hub.git')])
  one.git(['clone', '-q', one.path('hub.git'), one.path('second')])
  return { one, two: at('second'), hub: at('hub.git') }
}

/** Nothing answers under the remote's address. @returns brings it back */
export function offline({ one }: Machines): () => void {
  renameSync(one.path('hub.git'), one.path('hub.away'))
  return () => renameSync(one.path('hub.away'), one.path('hub.git'))
}

/** Runs a verb and reads its document. */
export function told(machine: TestRepository, ...words: string[]) {
  const ran = machine.lanekeeper([...words, '--json'])
  return { ...ran, answer: JSON.parse(ran.stdout) }
}

/** Ids of the tasks that a repository has on record. */
export function tasksOn({ tryGit }: TestRepository): string[] {
  const { stdout } = tryGit(['ls-tree', '--name-only', 'refs/lanekeeper/tasks'])
  return stdout.split('\n').flatMap((name) => (name === '' ? [] : [name.replace('.md', '')]))
}

/** The words that make a task with a lane of its own. */
export function newTask(id: string, ...more: string[]): string[] {
  return ['new-task', '--title', `Do ${id}`, '--id', id, '--allow', `src/${id}`, ...more]
}

/**
 * Variables that put a git first on PATH which does something else at a push of ours.
 * @param script what: `$git` is the true one, and `"$@"` its words
 */
export function gitAtPush(machine: TestRepository, script: string): NodeJS.ProcessEnv {
  const git = machine.run('sh', ['-c', 'command -v git']).stdout.trim()
  const text = `#!/bin/sh\ngit=${git}\ncase "$*" in *" push --porcelain "*) ${script};; esac\nexec $git "$@"\n`
  chmodSync(machine.write('bin/git', text), 0o755)
  return { PATH: `${machine.path('bin')}:${machine.env.PATH}` }
}
