/** Makes git run our hooks in a worktree and sees whether they ran: every stub leaves a file when LANEKEEPER_PROBE is set, and does nothing else. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Git } from './git.ts'

/**
 * Which of the hooks git really executes here.
 * @param git the door, standing in the worktree
 * @param hooks names; the caller knows that core.hooksPath is ours, so that nobody else's hook is run
 */
export function hooksThatRun(git: Git, hooks: readonly string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'lanekeeper-probe-'))
  const probe = join(dir, 'ran')
  try {
    const probing = git.with({ LANEKEEPER_PROBE: probe })
    for (const hook of hooks) fire(probing, hook)
    return hooks.filter((hook) => existsSync(`${probe}.${hook}`))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function fire(git: Git, hook: string): void {
  if (hook !== 'reference-transaction') git.attempt(['hook', 'run', '--ignore-missing', hook])
  else {
    // a transaction that changes nothing and is taken back; `git hook run` does not know this hook in every git
    const input = `start\nverify HEAD ${git.attempt(['rev-parse', 'HEAD']).stdout.trim()}\nprepare\nabort\n`
    git.attempt(['update-ref', '--stdin'], { input })
  }
}
