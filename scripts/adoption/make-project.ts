/** The flow of `new-project`: files → a repository with a first commit → packages → wired with Lanekeeper. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Session } from '../command.ts'
import { command as init } from '../init.ts'
import { projectEnv, projectFiles } from '../policy/adoption/project-files.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { lastWords } from '../policy/last-words.ts'
import { slugOf } from '../policy/names.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { writeAtomically } from '../system/files.ts'
import { type Git, openGit } from '../system/git.ts'
import { manifest, ownSpecifier } from '../system/own-package.ts'
import { runProgram } from '../system/shell.ts'

export interface ProjectAnswers {
  /** Relative to the session's directory. */
  readonly directory: string
  readonly name?: string | undefined
  /** false: leave `npm install` to the person. */
  readonly install: boolean
}

export interface MadeProject {
  readonly path: string
  readonly name: string
  readonly isInstalled: boolean
}

/**
 * Makes the project.
 * @throws `usage` for a directory that is not empty; `dependencies` when npm fails: the project is there then
 */
export async function makeProject(session: Session, answers: ProjectAnswers): Promise<MadeProject> {
  const path = resolve(session.cwd, answers.directory)
  assertEmpty(path)
  const name = slugOf(answers.name ?? basename(path))
  const git = writeProject(path, name, session)
  if (answers.install) await installPackages(path, session)
  await init.run({ values: { yes: true }, positionals: [], rest: [] }, { ...session, cwd: path, isInteractive: false })
  commitAll(git, 'Keep parallel agents in their lanes')
  return { path, name, isInstalled: answers.install }
}

function assertEmpty(path: string): void {
  if (!existsSync(path) || (statSync(path).isDirectory() && readdirSync(path).length === 0)) return
  throw new LanekeeperError('usage', `${path} exists already and is not empty.`, {
    hint: 'Choose a new directory. To adopt Lanekeeper in a project that exists: npx lanekeeper init',
  })
}

function writeProject(path: string, name: string, { env, out }: Session): Git {
  const { optionalDependencies } = manifest()
  const files = projectFiles({ name, lanekeeper: ownSpecifier(), libsql: optionalDependencies.libsql ?? '*' })
  for (const [file, text] of Object.entries(files)) writeAtomically(join(path, file), text, { mode: 0o644 })
  writeAtomically(join(path, '.env.local'), projectEnv())
  out.done(`${Object.keys(files).length} files in ${path}`)
  const git = withIdentity(openGit(path, env))
  git.text(['init', '--quiet', '--initial-branch=main'])
  commitAll(git, 'Start')
  return git
}

/** A fresh machine has no name for commits yet; the first two are ours then. */
function withIdentity(git: Git): Git {
  if (git.attempt(['var', 'GIT_COMMITTER_IDENT']).status === 0) return git
  const [name, email] = ['lanekeeper', 'lanekeeper@localhost']
  return git.with({
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  })
}

function commitAll(git: Git, message: string): void {
  git.text(['add', '--all'])
  if (!git.test(['diff', '--cached', '--quiet'])) git.text(['commit', '--quiet', '-m', message])
}

async function installPackages(path: string, { env, out }: Session): Promise<void> {
  for (const words of [
    ['npm', 'install', '--no-audit', '--no-fund'],
    ['npm', 'run', '--silent', 'migrate'],
  ]) {
    out.note(commandLine(words))
    const { status, output } = await runProgram(words, { cwd: path, env })
    if (status === 0) continue
    throw new LanekeeperError('dependencies', `${commandLine(words)} failed (${status}): ${lastWords(output, 5)}`, {
      hint: `The project is there. Mend the cause, then: cd ${path} && npm install && npx lanekeeper init`,
    })
  }
  if (!existsSync(join(path, 'data/dev.db'))) out.warn('npm run migrate made no data/dev.db')
}
