/** The `db` verbs on a kind of database that is neither SQLite nor Postgres: files in a directory, made by the user's commands. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createAdopted, envOf, setup } from '../support/provisioning.ts'

const COMMAND = {
  create: 'cp "databases/$LANEKEEPER_DB_SOURCE" "databases/$LANEKEEPER_DB_NAME"',
  url: 'echo "mysql://app:s3cret@localhost:3306/$LANEKEEPER_DB_NAME"',
  destroy: 'rm -f "databases/$LANEKEEPER_DB_NAME"',
  list: 'ls databases',
}

function story() {
  const dev = { provider: 'command', vars: ['DATABASE_URL'], command: COMMAND }
  const project = createAdopted({
    '.gitignore': '.env*\ndatabases\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev }, dependencies: 'none' }),
  })
  project.write(`${project.root}/.env`, 'DATABASE_URL=mysql://app:main@localhost:3306/shop\n')
  project.write(`${project.root}/databases/shop`, 'rows')
  const path = project.path('search')
  project.git(['worktree', 'add', '-q', '-b', 'search', path])
  expect(setup(project, path, ['--wait'])).toMatchObject({ state: 'ready', problems: [] })
  const run = (...words: string[]) => project.lanekeeper(['db', ...words], { cwd: path })
  const url = () => run('url').stdout.trim()
  const place = () => join(project.root, 'databases', new URL(url()).pathname.slice(1))
  const names = () => readdirSync(join(project.root, 'databases'))
  return { project, path, run, url, place, names }
}

it('url, snapshot, reset and restore bring a new database and take the old one away; remove leaves none', () => {
  const { project, path, run, url, place, names } = story()
  const [first, firstPlace] = [url(), place()]
  expect(first).toMatch(/^mysql:\/\/app:s3cret@localhost:3306\/shop_wt_search_[0-9a-f]{8}$/)
  project.write(firstPlace, 'changed')
  expect(run('snapshot', 'before')).toMatchObject({ status: 0 })

  expect(run('reset')).toMatchObject({ status: 0 })
  expect(url()).not.toBe(first)
  expect(envOf(project, path).DATABASE_URL).toBe(url())
  expect(project.read(place())).toBe('rows')
  expect(project.exists(firstPlace)).toBe(false)

  expect(run('restore', 'before')).toMatchObject({ status: 0 })
  expect(project.read(place())).toBe('changed')
  expect(names()).toHaveLength(3)
  expect(project.read(`${project.root}/databases/shop`)).toBe('rows')

  expect(project.lanekeeper(['remove', path])).toMatchObject({ status: 0 })
  expect(names()).toEqual(['shop'])
})

it('diff says that the schema cannot be read, and how to compare', () => {
  const { run } = story()
  const { status, stderr } = run('diff')
  expect(status).toBe(3)
  expect(stderr).toContain('The schema of a command database cannot be read.')
  expect(stderr).toContain('npx lanekeeper db url dev')
})
