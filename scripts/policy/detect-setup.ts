/** What a worktree of this project needs besides the root's packages before anybody can work in it. */
import type { ProjectFacts } from './project-facts.ts'

/** git leaves the folders of submodules empty in every worktree it adds. */
const SUBMODULES = 'git submodule update --init --recursive'

/** By lockfile. */
const INSTALLS: Readonly<Record<string, string>> = {
  'package-lock.json': 'npm ci',
  'pnpm-lock.yaml': 'pnpm install --frozen-lockfile',
  'yarn.lock': 'yarn install',
  'bun.lock': 'bun install --frozen-lockfile',
  'bun.lockb': 'bun install --frozen-lockfile',
}

/** Packages that show something, or are tested against: nobody works in them. */
const ASIDE = /^\.|example|fixture|demo|test|e2e|template|playground/i

/** Shell lines for `setup`: submodules, and packages in folders of the root that no workspace takes in. */
export function setupCommands({ files, packages }: Pick<ProjectFacts, 'files' | 'packages'>): string[] {
  const members = new Set(packages.map(({ dir }) => dir))
  const installs = files.flatMap((file) => {
    const [dir = '', name = '', ...deeper] = file.split('/')
    const install = deeper.length === 0 && Object.hasOwn(INSTALLS, name) ? INSTALLS[name] : undefined
    const isAlone = !members.has(dir) && !ASIDE.test(dir) && files.includes(`${dir}/package.json`)
    // a folder whose name needs quotes is left to a person
    return install !== undefined && isAlone && /^[\w.-]+$/.test(dir) ? [`cd ${dir} && ${install}`] : []
  })
  return [...(files.includes('.gitmodules') ? [SUBMODULES] : []), ...new Set(installs)]
}
