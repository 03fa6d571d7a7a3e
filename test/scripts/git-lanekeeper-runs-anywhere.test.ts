/** `git lanekeeper` is the bin in any worktree and folder: npx finds it only where the package is installed. */
import { mkdirSync, rmSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'
import { atTerminal, hasTerminal } from '../support/terminal.ts'

let project: TestRepository

beforeEach(() => {
  project = createRepository({ 'src/deep/a.ts': '1' })
  expect(project.lanekeeper(['install']).status).toBe(0)
})

const INSTALLED = 'node_modules/lanekeeper/dist/cli.cjs'
const status = (cwd: string, env: NodeJS.ProcessEnv = {}) => {
  const ran = project.tryGit(['lanekeeper', 'status', '--json'], { cwd, env })
  expect(ran.stderr).toBe('')
  return JSON.parse(ran.stdout).worktrees.map(({ path }: { path: string }) => path)
}

it('in the main worktree, in a linked one, in their folders, and under git’s own -C', () => {
  const { path } = addTask(project, { id: 'one' })
  mkdirSync(`${path}/src/new`, { recursive: true })
  for (const cwd of [project.root, `${project.root}/src/deep`, path, `${path}/src/new`])
    expect(status(cwd), cwd).toEqual([project.root, path])
  expect(project.git(['-C', path, 'lanekeeper', 'status', '--json'], { cwd: project.dir })).toContain(path)
})

it('stands where the person stood, and hands on every word and the status', () => {
  const { path } = addTask(project, { id: 'one', allow: ['src/one'] })
  const words = ['lanekeeper', 'run', '--', 'sh', '-c', 'pwd; echo "$1"; exit 7', 'sh', 'a  b"c']
  const ran = project.tryGit(words, { cwd: `${path}/src/deep` })
  expect([ran.status, ran.stdout]).toEqual([7, `${path}/src/deep\na  b"c\n`])
})

it('gives no git dir to what it starts', () => {
  const { path } = addTask(project, { id: 'one' })
  const line = 'git -C "$1" rev-parse --show-toplevel'
  const ran = project.tryGit(['lanekeeper', 'run', '--', 'sh', '-c', line, 'sh', project.root], { cwd: path })
  expect(ran.stdout).toBe(`${project.root}\n`)
})

it('is the installed package where there is one', () => {
  project.write(`${project.root}/${INSTALLED}`, 'console.log("the package", ...process.argv.slice(2))')
  expect(project.git(['lanekeeper', 'status', '--x'])).toBe('the package status --x')
})

it('says where no questions can be asked, and takes the answers as flags', async (context) => {
  if (!hasTerminal()) return context.skip('no script(1) of util-linux here: nothing gives us a terminal')
  const { screen, status } = await atTerminal(project, 'git lanekeeper new-task', [])
  expect(screen).toMatch(/"plop" is not installed beside us[\s\S]*Give the answers as flags/)
  expect(status).toBe(3)
  expect(project.tryGit(['lanekeeper', 'new-task', '--yes', '--title', 'X', '--allow', 'src']).status).toBe(0)
})

it('in a project whose path has quotes and spaces', () => {
  const odd = createRepository({}, undefined, `it's a "project" $HOME`)
  expect(odd.lanekeeper(['install']).status).toBe(0)
  expect(odd.git(['lanekeeper', '--version'])).toMatch(/^\d+\.\d+\.\d+$/)
})

it('comes back with `install` when it was deleted, and goes with `uninstall`', () => {
  rmSync(`${project.root}/.git/lanekeeper/git-lanekeeper`)
  expect(project.lanekeeper(['install']).status).toBe(0)
  expect(status(project.root)).toEqual([project.root])
  expect(project.lanekeeper(['uninstall', '--yes']).status).toBe(0)
  expect(project.tryGit(['lanekeeper', 'status']).stderr).toContain("'lanekeeper' is not a git command")
})
