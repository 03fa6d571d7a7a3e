/** What a worktree of this project needs besides the root's packages before anybody can work in it. */

import { shellQuote } from '../shell-quote.ts'
import type { ProjectFacts } from './project-facts.ts'

/** git leaves the folders of submodules empty in every worktree it adds. */
const SUBMODULES = 'git submodule update --init --recursive'

/** By lockfile. */
const INSTALLS: Readonly<Partial<Record<string, string>>> = {
  'package-lock.json': 'npm ci',
  'pnpm-lock.yaml': 'pnpm install --frozen-lockfile',
  'yarn.lock': 'yarn install',
  'bun.lock': 'bun install --frozen-lockfile',
  'bun.lockb': 'bun install --frozen-lockfile',
}

/** Packages that show something, or are tested against: nobody works in them. */
const ASIDE = /^\.|^node_modules$|example|fixture|demo|test|e2e|template|playground/i
/** Deeper down, or more of them than this, they are hardly what people work in. */
const [DEEPEST, MOST] = [3, 4]

/** Shell lines for `setup`: submodules, and projects below the root that no workspace takes in. */
export function setupCommands({ files, packages }: Pick<ProjectFacts, 'files' | 'packages'>): string[] {
  const isWorkspace = packages.some(({ dir }) => dir === '')
  const members = new Set(isWorkspace ? packages.map(({ dir }) => dir) : [])
  const alone = projectsBelow(files).filter(({ dir }) => !members.has(dir))
  return [
    ...(files.includes('.gitmodules') ? [SUBMODULES] : []),
    ...alone.map(({ dir, install }) => `cd ${shellQuote(dir)} && ${install}`),
  ]
}

/** Folders with a package.json and a lockfile of their own: each is a project, whatever lies above it. */
export function projectsBelow(files: readonly string[]): { readonly dir: string; readonly install: string }[] {
  const found = new Map<string, string>()
  const known = new Set(files)
  for (const file of files) {
    const folders = file.split('/')
    const install = INSTALLS[folders.pop() ?? '']
    const isNear = folders.length > 0 && folders.length <= DEEPEST && !folders.some((name) => ASIDE.test(name))
    const dir = folders.join('/')
    if (install !== undefined && isNear && known.has(`${dir}/package.json`)) found.set(dir, install)
  }
  return found.size > MOST ? [] : [...found].map(([dir, install]) => ({ dir, install }))
}
