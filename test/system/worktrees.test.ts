import { chmodSync, realpathSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openGit } from '../../scripts/system/git.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { addWorktree, listWorktrees, lockWorktree, removeWorktree } from '../../scripts/system/worktrees.ts'
import { createRepository } from '../support/repository.ts'

it('lists every worktree with its git dir, branch, lock and whether it vanished', () => {
  const project = createRepository()
  const odd = project.path('a b\né')
  project.git(['worktree', 'add', '-q', '-b', 'one', odd])
  project.git(['worktree', 'add', '-q', '--detach', project.path('two')])
  project.git(['worktree', 'add', '-q', '-b', 'gone', project.path('gone')])
  const { git } = openRepository(project.root, project.env)
  lockWorktree(git, project.path('two'), 'on a usb stick')
  rmSync(project.path('gone'), { recursive: true })

  const list = listWorktrees(git)
  expect(list.map(({ path, branch }) => [path, branch])).toEqual([
    [project.root, 'main'],
    [odd, 'one'],
    [project.path('gone'), 'gone'],
    [project.path('two'), null],
  ])
  const [main, one, gone, two] = list
  expect(main).toMatchObject({ isMain: true, gitDir: project.path('project/.git'), isPrunable: false })
  expect(one?.gitDir).toBe(project.git(['rev-parse', '--absolute-git-dir'], { cwd: odd }))
  expect(gone).toMatchObject({ isPrunable: true, gitDir: project.path('project/.git/worktrees/gone') })
  expect(two).toMatchObject({ isDetached: true, isLocked: true, lockReason: 'on a usb stick' })
})

it('finds the git dir with relative links, in a submodule, and in a bare repository', () => {
  const project = createRepository()
  project.git(['clone', '-q', '--bare', project.root, project.path('bare.git')])
  project.git(['worktree', 'add', '-q', '-b', 'x', project.path('linked')], { cwd: project.path('bare.git') })
  const list = listWorktrees(openRepository(project.path('linked'), project.env).git)
  expect(list.map(({ isBare, gitDir }) => [isBare, gitDir])).toEqual([
    [true, project.path('bare.git')],
    [false, project.path('bare.git/worktrees/linked')],
  ])
})

it('adds eight at once, new branches and old, and every one is there', async () => {
  const project = createRepository()
  project.git(['branch', 'old'])
  const repository = openRepository(project.root, project.env)
  const names = ['old', ...Array.from({ length: 7 }, (_, index) => `new-${index}`)]
  await Promise.all(
    names.map((branch) =>
      addWorktree(repository, {
        path: project.path(`wt-${branch}`),
        branch,
        startPoint: branch === 'old' ? null : 'main',
      }),
    ),
  )
  const branches = listWorktrees(repository.git).map(({ branch }) => branch)
  expect(branches.sort()).toEqual(['main', ...names].sort())
})

it('tells a failing hook of the project from a worktree that could not be made', async () => {
  const project = createRepository()
  project.write('project/.git/hooks/post-checkout', '#!/bin/sh\necho no coffee >&2\nexit 7\n')
  project.run('chmod', ['+x', project.path('project/.git/hooks/post-checkout')])
  const repository = openRepository(project.root, project.env)
  const path = project.path('wt')
  await expect(addWorktree(repository, { path, branch: 'x', startPoint: 'main' })).resolves.toEqual({
    hookFailure: expect.stringContaining('no coffee'),
  })
  await expect(
    addWorktree(repository, { path: project.path('wt2'), branch: 'x', startPoint: null }),
  ).rejects.toMatchObject({ code: 'git', message: expect.stringContaining(realpathSync(path)) })
})

it('removes a worktree, with changes only by force', () => {
  const project = createRepository()
  const path = project.path('wt')
  project.git(['worktree', 'add', '-q', '-b', 'x', path])
  project.write('wt/new.txt', 'work')
  const { git } = openRepository(project.root, project.env)
  expect(() => removeWorktree(git, path)).toThrow(/untracked/)
  expect(project.exists('wt/new.txt')).toBe(true)
  removeWorktree(git, path, { force: true })
  expect(project.exists('wt')).toBe(false)
})

it('lists again when git met the half-written files of another worktree add', () => {
  const repository = createRepository()
  const real = repository.run('sh', ['-c', 'command -v git']).stdout.trim()
  const thrice = `[ "$(cat "${repository.dir}/met" 2>/dev/null)" = xxx ] || { printf x >> "${repository.dir}/met"; echo "fatal: failed to read .git/worktrees/x/commondir: Success" >&2; exit 128; }`
  chmodSync(repository.write('bin/git', `#!/bin/sh\n${thrice}\nexec ${real} "$@"\n`), 0o755)
  const env = { ...repository.env, PATH: `${repository.path('bin')}:${repository.env.PATH}` }
  expect(listWorktrees(openGit(repository.root, env))).toHaveLength(1)
  expect(repository.read('met')).toBe('xxx')
})
