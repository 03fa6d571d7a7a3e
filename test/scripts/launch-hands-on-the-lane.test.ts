/** `launch` tells each agent its lane in the way that agent understands. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask, markProvisioned, portBlock } from '../support/tasks.ts'

function readyTask(repository: TestRepository) {
  const { path } = addTask(repository, { id: 'one' })
  repository.write(`${path}/TASK.md`, '# One\n')
  markProvisioned(repository, path, { ports: portBlock(20010) })
  const gitDir = repository.git(['rev-parse', '--absolute-git-dir'], { cwd: path })
  const line = (agent: string, ...more: string[]) =>
    repository.lanekeeper(['launch', 'one', '--agent', agent, '--terminal', 'none', ...more]).stdout
  return { path, line, settingsFile: join(gitDir, 'lanekeeper/claude-settings.json') }
}

test('Claude Code gets a settings file of the worktree’s own, outside the work tree; a dry run writes none', () => {
  const repository = createRepository()
  const { path, line, settingsFile } = readyTask(repository)
  const dry = line('claude', '--dry-run')
  expect(dry).toContain(` --settings ${settingsFile} 'Read TASK.md`)
  expect(repository.exists(settingsFile)).toBe(false)
  line('claude')
  const { permissions, hooks } = JSON.parse(repository.read(settingsFile))
  expect(permissions.allow).toContain(`Edit(/${path}/src/one/**)`)
  // the same words by the flag, which allows nothing more
  const allowed = /claude --allowedTools '([^']*)' --settings /.exec(dry)?.[1]?.split(',')
  expect(allowed).toEqual(permissions.allow)
  expect(permissions.deny).toContain(`Edit(/${path}/lanekeeper.json)`)
  expect(hooks.PreToolUse[0].hooks[0].command).toContain('PreToolUse --agent claude')
  expect(repository.git(['status', '--porcelain'], { cwd: path })).not.toContain('settings')
})

test('Codex may commit, opencode may edit its lane alone, aider runs git’s hooks', () => {
  const repository = createRepository()
  const { line } = readyTask(repository)
  expect(line('codex')).toContain(`codex -c 'sandbox_workspace_write.writable_roots=["${repository.root}/.git"]' 'Read`)
  const opencode = /OPENCODE_PERMISSION='([^']*)'/.exec(line('opencode'))?.[1] ?? ''
  expect(JSON.parse(opencode)).toMatchObject({
    edit: { '*': 'deny', 'src/one/*': 'allow' },
    external_directory: 'deny',
  })
  expect(line('aider')).toContain('--git-commit-verify')
  expect(line('aider')).not.toContain('OPENCODE_PERMISSION')
  expect(line('copilot')).toContain("--deny-tool 'shell(git stash)'")
})
