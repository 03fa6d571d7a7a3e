/** The real Next.js: it compiles a page, hence not in the ordinary suite. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRepository, PROJECT_ROOT } from '../support/repository.ts'
import { occupy, pageAt, start } from '../support/servers.ts'

function nextProject() {
  const project = createRepository({
    'package.json': JSON.stringify({ private: true, scripts: { dev: 'next dev --webpack' } }),
    'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n',
    'app/page.js':
      "export const dynamic = 'force-dynamic'\nexport default () => <p>port {process.env.PORT} of {process.env.DATABASE_URL}</p>\n",
    'lanekeeper.json': JSON.stringify({
      dependencies: 'none',
      env: [{ file: '.env.local', set: { DATABASE_URL: 'file:./dev.db' } }],
    }),
    '.gitignore': 'node_modules\n.env.local\n.next\nnext-env.d.ts\n',
  })
  const root = project.path('search')
  project.git(['worktree', 'add', '-q', '-b', 'task/search', root])
  // Turbopack refuses a link that leads out of the project, webpack does not
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'))
  const set = project.lanekeeper(['setup', '--wait', '--json'], { cwd: root })
  const { ports } = JSON.parse(set.stdout) as { ports: { PORT: number } }
  return { root, port: ports.PORT, env: { ...project.env, NEXT_TELEMETRY_DISABLED: '1' } }
}

it.each([
  ['next dev --webpack', ['next', 'dev', '--webpack']],
  ['npm run dev', ['npm', 'run', 'dev']],
])('`run -- %s` serves on the worktree’s port, with its variables', async (_, words) => {
  const { root, port, env } = nextProject()
  const server = start(['run', '--', ...words], root, env)
  const page = (await pageAt(port, server)).replaceAll('<!-- -->', '')
  expect(page).toContain(`port ${port} of file:./dev.db`)
  server.child.kill('SIGTERM')
  await server.ended
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

it('fails and does not move when the port is taken: by us, and by the flag it gets', async () => {
  const { root, port, env } = nextProject()
  await occupy(port)
  const ours = start(['run', '--', 'next', 'dev', '--webpack'], root, env)
  expect(await ours.ended).toEqual([3, null])
  expect(ours.said()).toContain(`Port ${port} of this worktree is taken by`)
  const theirs = start(['run', '--', 'next', 'dev', '--webpack', '-p', String(port)], root, env)
  expect((await theirs.ended)[0]).toBe(1)
  expect(theirs.said()).toContain('EADDRINUSE')
})
