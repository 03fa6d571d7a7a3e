import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doubtfulCommands } from '../../../scripts/policy/agent-hooks/shell-rules.ts'

const lane = {
  base: 'main',
  branch: 'task/a',
  isBranch: (name: string) => ['feature', 'origin/main'].includes(name),
}
const refused = (text: string) => doubtfulCommands(text, lane).filter(({ onlyElsewhere }) => !onlyElsewhere)

const REFUSED = [
  'git stash',
  'git stash push -m x',
  'git stash pop',
  'git -C . stash apply',
  'git --no-pager stash drop',
  '/usr/bin/git stash',
  'cd src && git stash',
  'true; git stash',
  'a | xargs -n 1 git stash drop',
  'if true; then git stash; fi',
  'sh -c "git stash"',
  `bash -lc 'cd x && git stash'`,
  `sh -c "sh -c 'git stash'"`,
  'eval "git stash"',
  'echo "$(git stash)"',
  'echo `git stash`',
  'env X=1 git stash',
  'timeout -s KILL 10 git stash',
  'sudo -n git stash',
  'time git stash',
  '(git stash)',
  'bash <<E\ngit stash\nE',
  'git push origin main',
  'git push origin HEAD:main',
  'git push -f origin +task/a:refs/heads/main',
  'git push origin --delete main',
  'git push --all',
  'git push --mirror origin',
  'git fetch origin feature:main',
  'git update-ref refs/heads/main HEAD',
  'git branch -f main',
  'git branch -D main',
  'git branch -M main',
  'git branch -m other',
  'git checkout feature',
  'git checkout -B main',
  'git checkout main',
  'git checkout origin/main',
  'git checkout -',
  'git checkout -b other',
  'git checkout --detach',
  'git checkout HEAD~1',
  'git switch main',
  'git switch -c other',
  'git switch -C main HEAD',
  'git switch --detach',
  'git symbolic-ref HEAD refs/heads/main',
  'git worktree add ../x',
  'git worktree remove x',
  'git worktree move a b',
  'git worktree prune',
  'git commit --no-verify -m x',
  'git commit --no-veri -m x',
  'git commit -n -m x',
  'git commit -anm x',
  'git merge --no-verify x',
  'git push --no-verify',
  'git rebase --no-verify x',
  'git -c core.hooksPath=/dev/null commit',
  'git -c core.hookspath= commit',
  'git --config-env=core.hooksPath=X commit',
  'git config core.hooksPath .git/hooks',
  'git config --global --unset core.hooksPath',
  'git config set core.hooksPath x',
  'GIT_CONFIG_PARAMETERS="\'core.hooksPath=x\'" git commit',
  'HUSKY=0 git commit',
  'LANEKEEPER=0 git commit',
  'LANEKEEPER=0 npm run build',
  'export LANEKEEPER=0; git commit',
  'env LANEKEEPER=0 git merge x',
]

const FINE = [
  'git status',
  'git stash list',
  'git stash show -p',
  'git log main..HEAD',
  'git diff main -- src',
  'git commit -am "say no to git stash and --no-verify"',
  'git commit -m --no-verify',
  'git commit -m "-n"',
  'git commit -uno -m x',
  'git commit -F -',
  `git commit -m "$(cat <<'E'\ngit stash\nE\n)"`,
  "cat > notes.md <<'E'\ngit stash\ngit push origin main\nE",
  'echo git stash',
  'grep -rn "git stash" .',
  'npm test # git stash',
  'git merge main',
  'git merge -n main',
  'git rebase main',
  'git fetch origin',
  'git fetch origin main',
  'git pull --rebase origin main',
  'git push',
  'git push -n',
  'git push -u origin task/a',
  'git push origin HEAD',
  'git checkout -- src/a.ts',
  'git checkout main -- src/a.ts',
  'git checkout main src/a.ts',
  'git checkout task/a',
  'git checkout src/a.ts',
  'git checkout src/main',
  'git checkout -- feature',
  'git checkout @types/node',
  'git switch task/a',
  'git restore --source=main src/a.ts',
  'git branch',
  'git branch -a --contains main',
  'git worktree list',
  'git config core.hooksPath',
  'git config --get core.hooksPath',
  'git config user.name x',
  'git reset --hard HEAD~1',
  'HUSKY=0 npm ci',
  'gitk --all',
  'rm -rf dist',
  '',
]

describe('what an agent must not run is told from what it may', () => {
  it.each(REFUSED)('refused: %s', (line) => expect(refused(line)).not.toEqual([]))
  it.each(FINE)('fine: %s', (line) => expect(refused(line)).toEqual([]))
})

it.each<[string, string[]]>([
  ['git stash', []],
  ['git -C ../b stash', ['../b']],
  ['cd /m && git stash', ['/m']],
  ['cd /m && git -C sub stash', ['/m', 'sub']],
  ['(cd /m; ls); git stash', []],
  ['(cd /m; (git stash))', ['/m']],
  ['cd "$X" && git stash', []],
  ['git --git-dir=/m/.git stash', ['/m/.git']],
  [`cd /m; sh -c 'cd b; git stash'`, ['/m', 'b']],
])('%s goes to %j', (line, dirs) => {
  expect(refused(line).map((command) => command.dirs)).toEqual([dirs])
})

it('what only another worktree would mind is told apart', () => {
  expect(doubtfulCommands('cd /m && git commit -am x', lane)).toMatchObject([{ onlyElsewhere: true, dirs: ['/m'] }])
  expect(doubtfulCommands('cd /m && git log', lane)).toEqual([])
  expect(doubtfulCommands('rm -rf dist ../b "$X"; rm ../b/x', lane)).toMatchObject([
    { dirs: ['dist'] },
    { dirs: ['../b'] },
  ])
})

/** A word of the shell's that means the same: quoted in part, escaped, or as it is. */
const spelled = (word: string) =>
  fc.constantFrom(
    word,
    `'${word}'`,
    `"${word}"`,
    [...word].map((char) => (/[a-z]/.test(char) ? `\\${char}` : char)).join(''),
    `${word.slice(0, 1)}''"${word.slice(1)}"`,
    `$'${word}'`,
  )
const space = fc.constantFrom(' ', '  ', '\t', ' \\\n ')
const SIMPLE = REFUSED.filter((line) => /^git [\w\-./: ~+=]+$/.test(line))

it('a refused command stays refused, however it is spelled and wherever it stands', () => {
  const line = fc
    .constantFrom(...SIMPLE)
    .chain((text) =>
      fc
        .tuple(...text.split(' ').map((word) => fc.tuple(spelled(word), space)))
        .map((parts) => parts.map(([word, gap]) => word + gap).join('')),
    )
  const around = fc.constantFrom<[string, string]>(
    ['', ''],
    ['true && ', ''],
    ['a;', ';b'],
    ['(', ')'],
    ['{ ', '; }'],
    ['echo $(', ')'],
    ['X=1 ', ' > out'],
    ['! ', ' | cat'],
    ['nohup ', ' &'],
    ['cat <<E\ntext\nE\n', ''],
  )
  expect(SIMPLE.length).toBeGreaterThan(20)
  fc.assert(fc.property(line, around, (text, [before, after]) => refused(before + text + after).length > 0))
})

it('never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void doubtfulCommands(`git ${text}`, lane)))
})
