/** A pseudo terminal out of util-linux' script(1), for what is only asked where a person sits. */
import { spawn, spawnSync } from 'node:child_process'
import type { TestRepository } from './repository.ts'

/** Whether this machine can give us one. */
export function hasTerminal(): boolean {
  return String(spawnSync('script', ['--version']).stdout ?? '').includes('util-linux')
}

/** Types each answer once its question is on the screen; gives what was shown and the exit status. */
export function atTerminal(project: TestRepository, line: string, dialogue: readonly (readonly [string, string])[]) {
  return new Promise<{ status: number; screen: string }>((resolve) => {
    const child = spawn('script', ['-qefc', line, '/dev/null'], { cwd: project.root, env: project.env })
    const left = [...dialogue]
    let screen = ''
    let unread = ''
    child.stdout.on('data', (chunk) => {
      screen += chunk
      unread += chunk
      const [next] = left
      if (!next || !unread.includes(next[0])) return
      left.shift()
      unread = ''
      child.stdin.write(next[1])
    })
    child.on('close', (status) => resolve({ status: status ?? 128, screen }))
  })
}
