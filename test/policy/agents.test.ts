import { describe, expect, it } from 'vitest'
import { type AgentValues, agentArgv, agentNames } from '../../scripts/policy/agents.ts'
import { splitWords } from '../../scripts/policy/words.ts'

const VALUES: AgentValues = {
  task: 'add-auth',
  title: `it's "odd" $(id) ; \`id\` && x`,
  branch: 'task/add-auth',
  base: 'main',
  dir: '/w/add auth',
  brief: 'TASK.md',
  settingsFile: '/g/claude-settings.json',
  allowedTools: 'Edit(//w/add auth/src/**),Bash(git status:*)',
  writableRoots: 'sandbox_workspace_write.writable_roots=["/g"]',
  ports: { PORT: 20010 },
}
const argv = (command: string, values = VALUES) => agentArgv('mine', { agents: { mine: { command } } }, values)

describe('a command line becomes words', () => {
  it.each([
    ['claude', ['claude']],
    ['  a   b\tc ', ['a', 'b', 'c']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a "it's" 'say "x"'`, ['a', "it's", 'say "x"']],
    [`a b\\ c "d\\"e" "f\\g"`, ['a', 'b c', 'd"e', 'f\\g']],
    [`--x='y z'w ""`, ['--x=y zw', '']],
    [`'$HOME | ;' a#b`, ['$HOME | ;', 'a#b']],
  ])('%s', (line, words) => expect(splitWords(line, 'agents.x.command')).toEqual(words))

  it.each([
    [`a "b`, /" without its partner/],
    [`a 'b`, /' without its partner/],
    ['a \\', /ends with a backslash/],
    ['', /is empty/],
    ['claude < TASK.md', /holds <, which needs a shell/],
    ['a | b', /holds \|/],
    ['a; b', /holds ;/],
    ['$HOME/bin/agent', /holds \$/],
    ['a "`id`"', /holds `/],
  ])('refuses %j', (line, message) => {
    expect(() => splitWords(line, 'agents.x.command')).toThrow(message)
    expect(() => splitWords(line, 'agents.x.command')).toThrow(/"agents.x.command"/)
  })
})

describe('a template and values become a program and its arguments', () => {
  it.each([
    [
      'claude',
      // an option between the list and the prompt, which the list would swallow
      [
        'claude',
        '--allowedTools',
        VALUES.allowedTools,
        '--settings',
        VALUES.settingsFile,
        'Read TASK.md in this directory and carry it out.',
      ],
    ],
    ['codex', ['codex', '-c', VALUES.writableRoots, 'Read TASK.md in this directory and carry it out.']],
    ['cursor', ['agent', 'Read TASK.md in this directory and carry it out.']],
    ['aider', ['aider', '--read', 'TASK.md', '--git-commit-verify']],
    ['gemini', ['gemini', '-i', 'Read TASK.md in this directory and carry it out.']],
    ['opencode', ['opencode', '--prompt', 'Read TASK.md in this directory and carry it out.']],
    [
      'copilot',
      ['copilot', '--deny-tool', 'shell(git stash)', '-i', 'Read TASK.md in this directory and carry it out.'],
    ],
    ['none', null],
  ])('%s is shipped', (name, words) => expect(agentArgv(name, { agents: {} }, VALUES)).toEqual(words))

  it('fills in word by word: a value never becomes two words, never meets a shell', () =>
    expect(argv('x "about {{title}}" {{ dir }} --port={{ports.PORT}} {{task}}:{{branch}}:{{base}}')).toEqual([
      'x',
      `about ${VALUES.title}`,
      '/w/add auth',
      '--port=20010',
      'add-auth:task/add-auth:main',
    ]))

  it('takes a value with {{ }} in it as it is', () =>
    expect(argv('x "t: {{title}}"', { ...VALUES, title: '{{dir}}' })).toEqual(['x', 't: {{dir}}']))

  it('lets the settings replace a shipped agent', () =>
    expect(agentArgv('claude', { agents: { claude: { command: 'claude -p {{brief}}' } } }, VALUES)).toEqual([
      'claude',
      '-p',
      'TASK.md',
    ]))

  it('refuses a placeholder that there is not, and names those there are', () => {
    expect(() => argv('x {{promt}}')).toThrow(/"agents.mine.command" names \{\{promt\}\}/)
    expect(() => argv('x {{ports.WEB}}')).toThrow(/\{\{ports.WEB\}\}/)
  })

  it('does not let a title become an option', () =>
    expect(() => argv('x {{title}}', { ...VALUES, title: '--yolo' })).toThrow(/would hand --yolo on as an option/))

  it.each(['nobody', 'toString', 'constructor'])('does not know the agent %s', (name) =>
    expect(() => agentArgv(name, { agents: {} }, VALUES)).toThrow(`There is no agent "${name}"`),
  )

  it('names the settings’ own agents too', () =>
    expect(agentNames({ agents: { mine: { command: 'x' } } })).toEqual([
      ...['claude', 'codex', 'cursor', 'aider', 'gemini', 'opencode', 'copilot', 'mine', 'none'],
    ]))
})
