import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { devServerOf } from '../../scripts/policy/frameworks.ts'
import { createRepository, PROJECT_ROOT } from '../support/repository.ts'
import { occupy, pageAt, start } from '../support/servers.ts'

/** A Vite project and a provisioned worktree of it; both see this project's vite. */
function viteProject() {
  const project = createRepository({
    'package.json': JSON.stringify({ private: true, type: 'module', scripts: { dev: 'vite' } }),
    'index.html': '<!doctype html><title>the page of this worktree</title>',
    'vite.config.js': 'export default { server: { open: false } }',
    'lanekeeper.json': '{"dependencies":"none"}',
    '.gitignore': 'node_modules\n.env.local\n',
  })
  const root = project.path('search')
  project.git(['worktree', 'add', '-q', '-b', 'task/search', root])
  for (const folder of [project.root, root])
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'))
  const set = project.lanekeeper(['setup', '--wait', '--json'], { cwd: root })
  const { ports } = JSON.parse(set.stdout) as { ports: { PORT: number } }
  return { project, root, port: ports.PORT, env: project.env }
}

describe('a real Vite', () => {
  it.each([
    ['vite', ['vite']],
    ['npm run dev', ['npm', 'run', 'dev']],
  ])('started by `run -- %s` serves on the worktree’s port, and ends when we are told to', async (_, words) => {
    const { root, port, env } = viteProject()
    const server = start(['run', '--', ...words], root, env)
    expect(await pageAt(port, server)).toContain('the page of this worktree')
    server.child.kill('SIGTERM')
    const [status] = await server.ended
    expect(status).toBeGreaterThan(0)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  it('fails, and does not move, when the port is taken: we say by whom', async () => {
    const { root, port, env } = viteProject()
    await occupy(port)
    const server = start(['run', '--', 'vite'], root, env)
    expect(await server.ended).toEqual([3, null])
    expect(server.said()).toContain(`Port ${port} of this worktree is taken by`)
    expect(server.said()).toContain(`pid ${process.pid}`)
  })

  it('fails by itself with the flags it gets, should somebody take the port in between', async () => {
    const { root, port, env } = viteProject()
    await occupy(port)
    const words = devServerOf(['vite', '--host', '0.0.0.0'], port)?.words ?? []
    expect(words).toHaveLength(6)
    const server = start(['run', '--', 'node', 'node_modules/vite/bin/vite.js', ...words.slice(1)], root, env)
    const [status] = await server.ended
    expect(status).toBe(1)
    expect(server.said()).toContain('already in use')
  })

  it('in the main worktree is left as it is', async () => {
    const { project, env } = viteProject()
    const server = start(['run', '--', 'vite', '--port', '0', '--version'], project.root, env)
    expect(await server.ended).toEqual([0, null])
    expect(server.said()).toMatch(/^vite\/\d/)
  })
})

describe('any command', () => {
  const tell = ['node', '-e', 'console.log(process.env.PORT ?? "no port")']

  it('gets the worktree’s PORT, whatever the shell says, and the main worktree none of it', () => {
    const { project, root, port } = viteProject()
    expect(project.lanekeeper(['run', '--', ...tell], { cwd: root, env: { PORT: '3000' } }).stdout).toBe(`${port}\n`)
    expect(project.lanekeeper(['run', '--', ...tell]).stdout).toBe('no port\n')
    expect(project.lanekeeper(['run', '--', ...tell], { env: { PORT: '3000' } }).stdout).toBe('3000\n')
  })

  it('ends the run with its own status or signal', () => {
    const { project, root } = viteProject()
    const run = (code: string) => project.lanekeeper(['run', '--', 'node', '-e', code], { cwd: root })
    expect(run('process.exit(7)').status).toBe(7)
    expect(run('process.kill(process.pid, "SIGTERM")').status).toBe(143)
  })

  it.each([
    ['no command', ['run'], 2, 'run needs a command'],
    ['no such program', ['run', '--', 'no-such-program'], 3, 'there is no such program'],
    ['no such service', ['run', '--service', 'API_PORT', '--', 'node', '-v'], 2, 'This worktree has: PORT'],
  ])('%s is a clear error', (_, args, status, said) => {
    const { project, root } = viteProject()
    const ran = project.lanekeeper(args, { cwd: root })
    expect(ran.status).toBe(status)
    expect(ran.stderr).toContain(said)
  })

  it('in a worktree that was never set up says so', () => {
    const { project } = viteProject()
    project.git(['worktree', 'add', '-q', '-b', 'bare', project.path('bare')])
    const ran = project.lanekeeper(['run', '--', 'node', '-v'], { cwd: project.path('bare') })
    expect(ran.status).toBe(3)
    expect(ran.stderr).toContain('npx lanekeeper setup')
  })
})
