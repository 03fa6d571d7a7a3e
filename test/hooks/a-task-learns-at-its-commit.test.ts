/** pre-commit in a task's worktree: refuses while the agent can still react, and costs no Node when all is in the lane. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository } from '../support/repository.ts'
import { taskWithWork } from '../support/straying-task.ts'

const installed = prepared((place) => {
  const settings = '{ "dependencies": "none" }\n'
  const files = { 'lib/pool.ts': 'x\n', 'package.json': '{}\n', 'lanekeeper.json': settings }
  const repository = createRepository(files, place)
  expect(repository.lanekeeper(['install']).status).toBe(0)
  return repository
})

function laneOf(allow: string[], more: Record<string, unknown> = {}) {
  const repository = installed()
  const { path } = taskWithWork(repository, { id: 'auth', allow, ...more }, {})
  const commit = (files: Record<string, string | null>, ...args: string[]) => {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) repository.git(['rm', '-q', '--', name], { cwd: path })
      else repository.write(join(path, name), text)
    }
    repository.git(['add', '-A'], { cwd: path })
    return repository.tryGit(['commit', '-q', '-m', 'work', ...args], { cwd: path })
  }
  return { repository, path, commit, quick: () => repository.exists('project/.git/worktrees/auth/lanekeeper/in-scope') }
}

describe('a commit', () => {
  it('in the lane passes, and from then on without Node', () => {
    const { repository, commit, quick } = laneOf(['src/auth', 'src/app/[id]', 'docs/**'])
    expect(commit({ 'src/auth/a.ts': '1\n' })).toMatchObject({ status: 0 })
    expect(quick()).toBe(true)
    // with the code gone only the shell filter can say yes
    repository.run('sh', ['-c', 'rm -rf .git/lanekeeper/code-*'], { cwd: repository.root })
    expect(commit({ 'src/auth/a.ts': '2\n', 'docs/a/b.md': '2\n', 'src/app/[id]/page.tsx': '2\n' })).toMatchObject({
      status: 0,
    })
    expect(commit({ 'src/app/i/page.tsx': 'not a class\n' }).status).toBe(1)
  })

  it('outside the lane is refused with the file, the rule and the way on; the same command passes once it is undone', () => {
    const { repository, path, commit } = laneOf(['src/auth'])
    expect(commit({ 'src/auth/a.ts': '1\n' })).toMatchObject({ status: 0 })
    const ran = commit({ 'src/auth/a.ts': '2\n', 'lib/pool.ts': 'y\n' })
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('lib/pool.ts')
    expect(ran.stderr).toContain('not in allow (src/auth)')
    const undo = /then commit:\n +(git restore .+)/.exec(ran.stderr)?.[1] ?? 'false'
    expect(repository.run('sh', ['-c', undo], { cwd: path })).toMatchObject({ status: 0 })
    expect(repository.tryGit(['commit', '-q', '-m', 'work'], { cwd: path })).toMatchObject({ status: 0 })
    expect(repository.git(['show', '--name-only', '--format=', 'HEAD'], { cwd: path })).toBe('src/auth/a.ts')
  })

  it.each([
    ['at the top', ''],
    ['in a folder', 'src/auth'],
  ])('that takes a stray commit back passes, by the very commands of the refusal pasted %s', (_, folder) => {
    const { repository, path: top } = laneOf(['src/auth'])
    const path = join(top, folder)
    const off = { cwd: top, env: { LANEKEEPER: '0' } }
    repository.commit(
      { 'src/auth/a.ts': '1\n', 'lib/pool.ts': 'strays\n', 'lib/[i]/n w.ts': 'strays\n' },
      'strays',
      off,
    )
    const ran = repository.lanekeeper(['check', 'task/auth'], { cwd: path })
    const commands = /then commit:\n((?: {2}git .+\n)+)/.exec(ran.stdout)?.[1]?.trim().split('\n') ?? []
    expect(commands).toHaveLength(2)
    for (const command of commands)
      expect(repository.run('sh', ['-c', command], { cwd: path })).toMatchObject({ status: 0 })
    expect(repository.tryGit(['commit', '-q', '-m', 'take it back'], { cwd: path })).toMatchObject({ status: 0 })
    expect(repository.lanekeeper(['check', 'task/auth'])).toMatchObject({ status: 0 })
  })

  const refused: [string, Record<string, string | null>, string[]][] = [
    ['a deletion outside', { 'lib/pool.ts': null }, []],
    ['a partial commit', { 'lib/pool.ts': 'y\n' }, ['--', 'lib/pool.ts']],
    ['commit -a', { 'lib/pool.ts': 'y\n' }, ['-a']],
    ['a protected file', { 'lanekeeper.json': '{}\n' }, []],
    ['a protected file in other case', { 'Lanekeeper.JSON': '{}\n' }, []],
    ['a shared file the task does not list', { 'package.json': '{ }\n' }, []],
  ]
  it.each(refused)('%s is refused', (_name, files, args) => {
    const { commit } = laneOf(['src/auth'])
    expect(commit(files, ...args).status).toBe(1)
  })

  it('of a shared file passes when the task lists it', () => {
    const { commit } = laneOf(['src/auth'], { shared: ['package.json'] })
    expect(commit({ 'package.json': '{ }\n' })).toMatchObject({ status: 0 })
  })

  it('of a task that lands elsewhere goes back to what is there, by the command that the refusal prints', () => {
    const repository = installed()
    repository.git(['branch', 'release'])
    repository.git(['worktree', 'add', '-q', repository.path('release'), 'release'])
    repository.commit({ 'lib/pool.ts': 'of the release\n' }, 'release', { cwd: repository.path('release') })
    const { path } = taskWithWork(repository, { id: 'auth', base: 'release' }, {})
    const at = { cwd: path }
    repository.write(join(path, 'lib/pool.ts'), 'stray\n')
    const refused = repository.tryGit(['commit', '-qam', 'stray'], at)
    expect(refused.stderr).toContain('base release)')
    repository.git(['commit', '-qam', 'stray', '--no-verify'], at)
    const back = /git restore --source=.*/.exec(refused.stderr)?.[0] ?? ''
    expect(repository.run('sh', ['-c', back], at).status).toBe(0)
    expect(repository.read(join(path, 'lib/pool.ts'))).toBe('of the release\n')
    expect(repository.tryGit(['commit', '-qam', 'taken back'], at).status).toBe(0)
  })

  it('denied inside allow is refused although allow covers it', () => {
    const { commit } = laneOf(['src/auth'], { deny: ['src/auth/legacy'] })
    expect(commit({ 'src/auth/a.ts': '1\n' })).toMatchObject({ status: 0 })
    expect(commit({ 'src/auth/legacy/x.ts': '1\n' }).status).toBe(1)
  })

  it('of the base merged in passes, an edit slipped into that merge does not', () => {
    const { repository, path, commit } = laneOf(['src/auth'])
    commit({ 'src/auth/a.ts': '1\n' })
    repository.commit({ 'lib/pool.ts': 'by a person\n' }, 'the base moves on')
    repository.git(['merge', '-q', '--no-commit', '--no-ff', 'main'], { cwd: path })
    expect(repository.tryGit(['commit', '-q', '--no-edit'], { cwd: path })).toMatchObject({ status: 0 })
    expect(repository.lanekeeper(['check', 'task/auth'])).toMatchObject({ status: 0 })

    repository.commit({ 'lib/pool.ts': 'by a person again\n' }, 'the base moves on')
    repository.git(['merge', '-q', '--no-commit', '--no-ff', 'main'], { cwd: path })
    expect(commit({ 'lib/pool.ts': 'slipped in\n' }).status).toBe(1)
  })

  it('on a person’s branch, detached, or by LANEKEEPER=0 is nobody’s business', () => {
    const { repository, path, commit } = laneOf(['src/auth'])
    repository.git(['switch', '-q', '-c', 'feature/mine'], { cwd: path })
    expect(commit({ 'lib/pool.ts': '1\n' })).toMatchObject({ status: 0 })
    repository.git(['switch', '-q', '--detach'], { cwd: path })
    expect(commit({ 'lib/pool.ts': '2\n' })).toMatchObject({ status: 0 })
    repository.git(['switch', '-q', 'task/auth'], { cwd: path })
    repository.write(join(path, 'lib/pool.ts'), '3\n')
    expect(repository.tryGit(['commit', '-q', '-a', '-m', 'x'], { cwd: path, env: { LANEKEEPER: '0' } })).toMatchObject(
      { status: 0 },
    )
  })
})

describe('check', () => {
  it('answers 0 and 1 with the contract’s document', () => {
    const { repository, path, commit } = laneOf(['src/auth'])
    commit({ 'src/auth/a.ts': '1\n' })
    const good = repository.lanekeeper(['check', '--json'], { cwd: path })
    expect(good.status).toBe(0)
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, verdict: 'pass', violations: [], checked: 1 })
    repository.commit({ 'lib/pool.ts': '1\n' }, 'strays', { cwd: path, env: { LANEKEEPER: '0' } })
    const bad = repository.lanekeeper(['check', 'task/auth', '--json'])
    expect(bad.status).toBe(1)
    expect(JSON.parse(bad.stdout).violations).toEqual([
      expect.objectContaining({ rule: 'scope', path: 'lib/pool.ts', message: expect.stringContaining('not in allow') }),
    ])
    expect(repository.lanekeeper(['check', 'nowhere'])).toMatchObject({ status: 3 })
  })

  it('refuses a task branch that no open task has, and lets any other branch be', () => {
    const { repository } = laneOf(['src/auth'])
    repository.git(['switch', '-q', '-c', 'task/stray'])
    repository.commit({ 'lib/pool.ts': 'y\n' })
    repository.git(['branch', 'feature/person'])
    repository.git(['switch', '-q', 'main'])
    const stray = repository.lanekeeper(['check', 'task/stray', '--json'])
    expect(stray.status).toBe(1)
    expect(JSON.parse(stray.stdout).violations[0].rule).toBe('no-task')
    repository.git(['branch', '-q', '-D', 'task/stray'])
    expect(repository.lanekeeper(['check', 'feature/person'])).toMatchObject({ status: 0 })
  })
})

describe('odd paths', () => {
  it('links that leave the repository, twins in case, renames across the border, quoted and newline names', () => {
    const { repository, path } = laneOf(['src/auth'])
    repository.commit({ 'src/auth/Login.ts': 'x\n' }, 'on the base')
    repository.git(['merge', '-q', 'main'], { cwd: path })
    repository.write(join(path, 'src/auth/login.ts'), 'twin\n')
    repository.write(join(path, 'src/auth/ü "quoted"\n name.ts'), 'fine\n')
    repository.run('ln', ['-s', '../../../../etc/passwd', join(path, 'src/auth/out')])
    repository.run('ln', ['-s', '../../lib/pool.ts', join(path, 'src/auth/inside')])
    repository.git(['mv', 'lib/pool.ts', 'src/auth/pool.ts'], { cwd: path })
    repository.git(['add', '-A'], { cwd: path })
    repository.git(['commit', '-q', '-m', 'odd'], { cwd: path, env: { LANEKEEPER: '0' } })
    const { violations } = JSON.parse(repository.lanekeeper(['check', 'task/auth', '--json']).stdout)
    expect(violations.map(({ rule, path: file }: { rule: string; path: string }) => [rule, file])).toEqual([
      ['scope', 'lib/pool.ts'],
      ['name-twin', 'src/auth/login.ts'],
      ['link-escapes', 'src/auth/out'],
    ])
  })
})

describe('a push to the remote’s base', () => {
  it('is refused when it brings a task outside its lane, and passes in it', () => {
    const { repository, path, commit } = laneOf(['src/auth'])
    repository.git(['clone', '-q', '--bare', '.', repository.path('remote.git')])
    repository.git(['remote', 'add', 'origin', repository.path('remote.git')])
    commit({ 'src/auth/a.ts': '1\n' })
    expect(repository.tryGit(['push', '-q', 'origin', 'task/auth:main'], { cwd: path })).toMatchObject({ status: 0 })
    repository.commit({ 'lib/pool.ts': '1\n' }, 'strays', { cwd: path, env: { LANEKEEPER: '0' } })
    const ran = repository.tryGit(['push', '-q', 'origin', 'task/auth:main'], { cwd: path })
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('lib/pool.ts')
    expect(repository.tryGit(['push', '-q', 'origin', 'task/auth'], { cwd: path })).toMatchObject({ status: 0 })
  })
})
