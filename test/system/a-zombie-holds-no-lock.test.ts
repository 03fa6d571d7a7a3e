/** A killed process that its parent never reaps still answers to its pid: in a container without an init it does so for ever. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isAlive } from '../../scripts/system/lock.ts'

it.skipIf(!existsSync('/proc/self/stat'))('a zombie is not alive, its parent is', async () => {
  // the shell becomes a program that never waits for the child it has
  const parent = spawn('sh', ['-c', 'echo $$ & exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(parent.stdout, 'data')
    const children = `/proc/${parent.pid}/task/${parent.pid}/children`
    const [child] = readFileSync(children, 'utf8').trim().split(' ')
    expect(child).toMatch(/^\d+$/)
    const state = () => /\) (\w)/.exec(readFileSync(`/proc/${child}/stat`, 'utf8'))?.[1]
    await expect.poll(state).toBe('Z')

    expect(process.kill(Number(child), 0)).toBe(true)
    expect(isAlive(`${child} `)).toBe(false)
    expect(isAlive(`${parent.pid} `)).toBe(true)
  } finally {
    parent.kill()
    await once(parent, 'exit')
  }
})
