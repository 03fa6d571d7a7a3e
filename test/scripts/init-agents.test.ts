/** `init --agents`: the hooks in the settings that agents read are there once, do what they say, and go without a trace. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const FILES = {
  'package.json': '{\n  "name": "p",\n  "devDependencies": { "lanekeeper": "*" }\n}\n',
  '.claude/settings.json':
    '{\n  "hooks": {\n    "Stop": [{ "hooks": [{ "type": "command", "command": "./mine.sh" }] }]\n  }\n}\n',
  '.cursor/worktrees.json': '{"setup-worktree": ["npm ci"]}\n',
  'lanekeeper.json': '{ "dependencies": "none" }\n',
}
const ALL = 'claude,codex,cursor,copilot,gemini'

const status = (repository: TestRepository) => repository.git(['status', '--porcelain', '--untracked-files=all'])
const readJson = (repository: TestRepository, file: string) => JSON.parse(repository.read(join(repository.root, file)))

test('the settings of five agents get our hooks beside the project’s own; a second run has nothing to do; uninstall takes them out', () => {
  const repository = createRepository(FILES)
  const shown = repository.lanekeeper(['init', '--agents', ALL, '--dry-run'])
  expect(shown.stdout).toContain('edit .claude/settings.json: hooks of claude')
  expect(shown.stdout).toContain('create .codex/hooks.json')
  expect(status(repository)).toBe('')
  const ran = repository.lanekeeper(['init', '--agents', ALL, '--yes'])
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('.claude/settings.json')])
  expect(readJson(repository, '.claude/settings.json').hooks.Stop).toHaveLength(2)
  expect(Object.keys(readJson(repository, '.gemini/settings.json').hooks)).toEqual([
    'BeforeTool',
    'SessionStart',
    'AfterAgent',
    'Notification',
    'SessionEnd',
  ])
  expect(repository.lanekeeper(['init', '--agents', ALL, '--yes']).stdout).toContain('Nothing to do')
  expect(repository.lanekeeper(['init', '--yes']).stdout).toContain('Nothing to do')
  expect(repository.lanekeeper(['uninstall', '--yes'])).toMatchObject({ status: 0 })
  expect(status(repository)).toBe('')
})

test('init proposes the agents whose files are there', () => {
  const repository = createRepository(FILES)
  const { notes } = JSON.parse(repository.lanekeeper(['init', '--dry-run', '--json']).stdout)
  expect(notes).toContainEqual(expect.stringContaining('npx lanekeeper init --agents claude,cursor'))
  expect(repository.lanekeeper(['init', '--agents', 'nobody'])).toMatchObject({ status: 2 })
})

test('the command in the settings asks the trusted copy, blocks where that is broken, and does nothing where it is not installed', () => {
  const repository = createRepository(FILES)
  repository.lanekeeper(['init', '--agents', 'claude,cursor', '--yes'])
  repository.commit({}, 'adopt')
  const { path } = addTask(repository, { id: 'one' })
  const run = (file: string, event: string, payload: object, cwd = path) => {
    const [entry] = readJson(repository, file).hooks[event].slice(-1)
    const command = entry.command ?? entry.hooks[0].command
    return repository.run('sh', ['-c', command], { cwd, input: JSON.stringify(payload) })
  }
  const stray = { cwd: path, tool_name: 'Write', tool_input: { file_path: join(path, 'src/two/x') } }
  const fine = { cwd: path, tool_name: 'Write', tool_input: { file_path: join(path, 'src/one/x') } }
  const guard = (payload: object, cwd = path) => run('.claude/settings.json', 'PreToolUse', payload, cwd)
  expect(guard(stray)).toMatchObject({ status: 2, stderr: expect.stringContaining('outside the lane of task "one"') })
  expect(guard(fine)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(guard(stray, join(path, '.husky'))).toMatchObject({ status: 2 })
  expect(guard(stray, repository.dir)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(JSON.parse(run('.cursor/hooks.json', 'preToolUse', stray).stdout)).toMatchObject({ permission: 'deny' })
  const made = run('.claude/settings.json', 'WorktreeCreate', { cwd: path, name: 'one' })
  expect(made).toMatchObject({ status: 0, stdout: `${path}\n` })

  const program = join(repository.root, '.git/lanekeeper/agent-hook')
  const code = /'?(\S+\/)cli\.cjs/.exec(repository.read(program))?.[1] ?? ''
  rmSync(join(code, 'quick.cjs'))
  expect(guard(fine)).toMatchObject({ status: 2, stderr: expect.stringContaining('the guard could not run') })
  rmSync(program)
  expect(guard(stray)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(run('.claude/settings.json', 'WorktreeCreate', { cwd: path, name: 'one' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('npx lanekeeper install'),
  })
})
