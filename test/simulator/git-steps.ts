/** What an agent does with git in its own worktree. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step, Work } from './work.ts'

export const GIT_STEPS: readonly Step[] = [
  { weight: 8, name: 'commit in its lane', run: commitInLane },
  { weight: 3, name: 'leave a file uncommitted', run: leaveDraft },
  { weight: 3, name: 'commit out of its lane', run: commitOutOfLane },
  { weight: 2, name: 'commit out of its lane, --no-verify', run: commitUnverified },
  { weight: 2, name: 'merge the base in', run: ({ hands, task }) => mergeIn(hands, task.path) },
  { weight: 2, name: 'stash', run: stash },
  { weight: 1, name: 'switch', run: switchAway },
  { weight: 1, name: 'npm install', run: npmInstall },
]

async function commitInLane(work: Work): Promise<void> {
  const { hands, task, random, world } = work
  hands.write(join(task.path, `src/${task.id}/file-${random.below(5)}.txt`), `${world.round}\n`)
  await hands.git(['add', '-A'], task.path)
  await commit(work, ['-qm', `${task.id}: step ${world.round}`])
}

async function leaveDraft({ agent, hands, task, random, world }: Work): Promise<void> {
  const name = `src/${task.id}/draft-${random.below(3)}.txt`
  // while it is written anew neither text is promised
  agent.drafts.delete(name)
  hands.write(join(task.path, name), `draft of round ${world.round}\n`)
  agent.drafts.set(name, `draft of round ${world.round}\n`)
}

/** A refused commit is put right: the stray goes, everything else stays as it was. */
async function commitOutOfLane({ hands, task }: Work): Promise<void> {
  const stray = strayOf(task.id)
  hands.write(join(task.path, stray), 'stray\n')
  await hands.git(['add', '--', stray], task.path)
  await hands.git(['commit', '-qm', `${task.id}: strays`], task.path, { mayDie: true })
  await hands.git(['reset', '-q'], task.path)
  hands.delete(join(task.path, stray))
}

async function commitUnverified({ hands, task, random }: Work): Promise<void> {
  const stray = strayOf(task.id)
  hands.write(join(task.path, stray), 'stray\n')
  await hands.git(['add', '--', stray], task.path)
  await hands.git(['commit', '-qm', `${task.id}: strays past the hook`, '--no-verify'], task.path, { mayDie: true })
  // it mends that in half of the cases; else the task can never land
  if (random.chance(0.5)) return
  await hands.git(['rm', '-q', '--', stray], task.path)
  await hands.git(['commit', '-qm', `${task.id}: takes it back`], task.path)
}

function strayOf(id: string): string {
  return `shared/stray-of-${id}.txt`
}

/** Commits what is in the index, and remembers it where git says that it is done. */
export async function commit({ agent, hands, task }: Work, words: readonly string[]): Promise<void> {
  const { status, stderr } = await hands.git(['commit', ...words], task.path, { mayDie: true })
  if (stderr.includes('outside the lane')) await takeBack(hands, task)
  if (status !== 0) return
  agent.commits.push((await hands.git(['rev-parse', 'HEAD'], task.path)).stdout.trim())
}

/** As the refusal says: a stash of another worktree's may have brought what is not its own. */
async function takeBack(hands: Work['hands'], { id, path }: Work['task']): Promise<void> {
  const base = (await hands.git(['merge-base', 'main', 'HEAD'], path)).stdout.trim()
  const others = ['.', `:(exclude)src/${id}`, ':(exclude)migrations']
  await hands.git(['restore', `--source=${base}`, '--staged', '--worktree', '--', ...others], path)
}

async function mergeIn(hands: Work['hands'], path: string): Promise<void> {
  const { status } = await hands.git(['merge', '-q', '--no-edit', 'main'], path, { mayDie: true })
  if (status !== 0) await hands.git(['merge', '--abort'], path)
}

/**
 * On a full disk git loses what it stashes: then nobody does. All worktrees share one stack, so that an agent may get
 * another's work and another its: what did not come back is on the stack, or whoever's popped it.
 */
async function stash({ world, agent, hands, task }: Work): Promise<void> {
  if (world.isDiskFull) return
  hands.write(join(task.path, `src/${task.id}/stashed.txt`), `${world.round}\n`)
  await hands.git(['stash', '-q', '-u'], task.path)
  await hands.git(['stash', 'pop', '-q'], task.path)
  for (const [name, text] of agent.drafts) if (textIn(join(task.path, name)) !== text) agent.drafts.delete(name)
}

function textIn(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

/** On a full disk git leaves a switch half-done, and takes along what was only in the index. */
async function switchAway({ world, hands, task, random }: Work): Promise<void> {
  if (world.isDiskFull) return
  const side = `side-${task.id}`
  const away = random.pick([['-c', side], ['--detach'], ['--detach', 'main']])
  await hands.git(['switch', '-q', ...away], task.path, { mayDie: true })
  await hands.git(['switch', '-q', `task/${task.id}`], task.path)
  await hands.git(['branch', '-q', '-d', side], task.path)
}

/** `prepare` runs husky, which sets core.hooksPath back to its own for every worktree. */
async function npmInstall({ hands, task }: Work): Promise<void> {
  const quiet = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier', '--no-package-lock']
  await hands.program(['npm', 'install', ...quiet], task.path)
}
