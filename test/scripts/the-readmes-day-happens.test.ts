/** The README's day in one page: its commands are typed as they stand there, and git and we say what it says. */
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CLI, createPlace, createRepository, PROJECT_ROOT, type TestRepository } from '../support/repository.ts'

const page = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8')
const [, day = ''] = /```console\n([\s\S]*?)```/.exec(page) ?? []
const steps = day
  .split(/^\$ /m)
  .slice(1)
  .map((step) => {
    const [typed = '', ...told] = step.trimEnd().split('\n')
    return { command: typed.replace(/ {2,}# .*$/, ''), told: told.join('\n') }
  })

/** What happens between two commands of the page, before the command that starts so. */
const meanwhile: readonly [before: string, script: string][] = [
  [
    'cd ../shop.worktrees',
    `cd ../shop.worktrees/add-auth && echo 2 >src/auth/login.js && git add -A && git commit -qm login &&
     echo 2 >src/cart/total.js && cd ../../shop`,
  ],
  [
    'npx lanekeeper land',
    `cd ../shop.worktrees/add-auth && git restore --source=main --staged --worktree -- src/cart/total.js &&
     git commit -qm mend && cd ../../shop`,
  ],
]

function shop(): TestRepository {
  const manifest = { name: 'shop', version: '1.0.0', scripts: { test: 'true', 'new-task': 'lanekeeper new-task' } }
  const lock = {
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'shop', version: '1.0.0' } },
  }
  const files = { 'package.json': manifest, 'package-lock.json': lock }
  const project = createRepository(
    {
      ...Object.fromEntries(Object.entries(files).map(([file, data]) => [file, JSON.stringify(data)])),
      '.gitignore': 'node_modules\n',
      'src/auth/index.js': '1\n',
      'src/cart/total.js': '1\n',
    },
    createPlace(),
    'shop',
  )
  project.run('mkdir', ['-p', 'node_modules/.bin'], { cwd: project.root })
  symlinkSync(CLI, join(project.root, 'node_modules/.bin/lanekeeper'))
  project.lanekeeper(['init', '--yes'])
  project.commit({}, 'adopt')
  project.lanekeeper(['new-task', '--title', 'Cart totals', '--allow', 'src/cart'])
  return project
}

/** Paths, ports and commits are each machine's own. */
function alike(text: string, dir = '~'): string {
  return text
    .replaceAll(dir, '~')
    .replace(/\b2\d{4}\b/g, '20000')
    .replace(/\b[0-9a-f]{10}\b/g, 'COMMIT')
}

it('is told in whole lines, left out only where it says so', () => {
  const project = shop()
  const script = steps.flatMap(({ command }) => {
    const first = meanwhile.find(([before]) => command.startsWith(before))?.[1]
    return [...(first ? [`{ ${first}; } >/dev/null 2>&1`] : []), 'echo "--- step"', command]
  })
  const { stdout } = project.run('sh', ['-c', `exec 2>&1\n${script.join('\n')}`], { cwd: project.root })
  const said = alike(stdout, project.dir).split('--- step\n').slice(1)
  expect(said).toHaveLength(5)
  for (const [index, { command, told }] of steps.entries()) {
    const output = said[index] ?? ''
    if (told === '') expect(output, command).toBe('')
    for (const part of alike(told).split(/^…$/m)) expect(output, command).toContain(part.trim())
  }
})
