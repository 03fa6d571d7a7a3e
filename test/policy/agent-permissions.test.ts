import { expect, it } from 'vitest'
import {
  claudeAllowedTools,
  claudeSettings,
  codexWritableRoots,
  opencodePermission,
} from '../../scripts/policy/agent-permissions.ts'
import { defaultSettings } from '../../scripts/policy/settings.ts'
import { aTask, migrationsOf } from '../support/tasks.ts'

const settings = {
  ...defaultSettings(),
  protected: ['lanekeeper.json', '**/.env'],
  migrations: [migrationsOf('dev', ['db/migrations']), migrationsOf('log', ['log/migrations/**'])],
}
const task = aTask({
  id: 'auth',
  allow: ['src/auth', 'src/app/[id]/(auth)/**'],
  deny: ['src/auth/old'],
  shared: ['package.json', 'notes.md'],
  migrations: 'dev',
})

it('Claude Code is asked nothing inside the lane, refused outside, and brings our hooks along', () => {
  const { permissions, hooks } = claudeSettings(task, settings, '/w/my [repo]') as ReturnType<typeof JSON.parse>
  expect(permissions.allow.slice(0, 7)).toEqual([
    'Edit(//w/my \\[repo\\]/src/auth)',
    'Edit(//w/my \\[repo\\]/src/auth/**)',
    'Edit(//w/my \\[repo\\]/src/app/\\[id\\]/(auth)/**)',
    'Edit(//w/my \\[repo\\]/package.json)',
    'Edit(//w/my \\[repo\\]/package.json/**)',
    'Edit(//w/my \\[repo\\]/db/migrations)',
    'Edit(//w/my \\[repo\\]/db/migrations/**)',
  ])
  expect(permissions.allow.at(-1)).toBe('Bash(npx lanekeeper run:*)')
  expect(permissions.deny).toEqual(
    expect.arrayContaining([
      'Edit(//w/my \\[repo\\]/lanekeeper.json)',
      'Edit(//w/my \\[repo\\]/**/.env)',
      'Edit(//w/my \\[repo\\]/log/migrations/**)',
      'Edit(//w/my \\[repo\\]/src/auth/old/**)',
      'Bash(git stash:*)',
    ]),
  )
  expect(JSON.stringify(permissions)).not.toContain('notes.md')
  expect(Object.keys(hooks)).toEqual(['PreToolUse', 'SessionStart', 'Stop', 'Notification', 'SessionEnd'])
})

/** As Claude Code splits the value: at commas and spaces, outside of parentheses that do not nest. */
function splitByClaude(value: string): string[] {
  const found: string[] = []
  let [word, isInside] = ['', false]
  for (const char of value) {
    if (char === '(') isInside = true
    if (char === ')') isInside = false
    if (isInside || !/[\s,]/.test(char)) word += char
    else {
      found.push(word)
      word = ''
    }
  }
  return [...found, word].filter((one) => one !== '')
}

it('the flag carries the rules of the file that it does not tear apart, and no others', () => {
  const odd = { ...task, allow: [...task.allow, 'src/(a b)/c d', 'src/x,y', 'src/(z),w'] }
  const root = '/w/my [repo]'
  const { allow } = (claudeSettings(odd, settings, root) as { permissions: { allow: string[] } }).permissions
  const split = splitByClaude(claudeAllowedTools(odd, settings, root))
  expect(allow.filter((rule) => !split.includes(rule))).toEqual([
    'Edit(//w/my \\[repo\\]/src/(a b)/c d)',
    'Edit(//w/my \\[repo\\]/src/(a b)/c d/**)',
    'Edit(//w/my \\[repo\\]/src/(z),w)',
    'Edit(//w/my \\[repo\\]/src/(z),w/**)',
  ])
  expect(split.filter((rule) => !allow.includes(rule))).toEqual([])
})

it('opencode denies all but the lane, and what is denied last wins', () => {
  expect(opencodePermission(task, settings)).toEqual({
    edit: {
      '*': 'deny',
      'src/auth': 'allow',
      'src/auth/*': 'allow',
      'src/app/[id]/(auth)/*': 'allow',
      'package.json': 'allow',
      'package.json/*': 'allow',
      'db/migrations': 'allow',
      'db/migrations/*': 'allow',
      'lanekeeper.json': 'deny',
      'lanekeeper.json/*': 'deny',
      '*.env': 'deny',
      '*.env/*': 'deny',
      'log/migrations/*': 'deny',
      'src/auth/old': 'deny',
      'src/auth/old/*': 'deny',
    },
    external_directory: 'deny',
  })
  const order = Object.keys((opencodePermission({ ...task, deny: ['src/auth'] }, settings) as { edit: object }).edit)
  expect(order.indexOf('src/auth')).toBeGreaterThan(order.indexOf('lanekeeper.json'))
})

it('Codex may write the git dir that its commits go to', () => {
  expect(codexWritableRoots('/a "b"/.git')).toBe('sandbox_workspace_write.writable_roots=["/a \\"b\\"/.git"]')
})
