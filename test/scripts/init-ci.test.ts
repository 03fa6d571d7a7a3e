import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository } from '../support/repository.ts'

const GITHUB = '.github/workflows/lanekeeper.yml'

test('--ci writes the workflow once, leaves what is there, and uninstall takes it out with its folders', () => {
  const repository = createRepository()
  const read = (file: string) => repository.read(join(repository.root, file))
  const dry = repository.lanekeeper(['init', '--ci', 'github', '--dry-run'])
  expect(dry.stdout).toContain(`create ${GITHUB}: check in CI`)
  expect(repository.exists(`project/${GITHUB}`)).toBe(false)

  const { stdout } = repository.lanekeeper(['init', '--ci', 'github', '--yes'])
  expect(stdout).toMatch(/git add .*\.github\/workflows\/lanekeeper\.yml/)
  expect(repository.lanekeeper(['init', '--ci', 'github']).stdout).toMatch(/^Nothing to do/)
  const written = read(GITHUB)
  repository.write(join(repository.root, GITHUB), `${written}# mine\n`)
  const again = repository.lanekeeper(['init', '--ci', 'github', '--yes', '--json'])
  expect(JSON.parse(again.stdout)).toMatchObject({
    changes: [],
    notes: expect.arrayContaining([`${GITHUB} is there already and stays as it is.`]),
  })
  expect(read(GITHUB)).toBe(`${written}# mine\n`)
  expect(repository.lanekeeper(['uninstall', '--dry-run']).stdout).toContain(
    `leave ${GITHUB}: it was changed since init`,
  )

  repository.write(join(repository.root, GITHUB), written)
  expect(repository.lanekeeper(['uninstall', '--yes'])).toMatchObject({ status: 0 })
  expect(repository.git(['status', '--porcelain', '--untracked-files=all'])).toBe('')
  expect(repository.exists('project/.github')).toBe(false)
})

test('a later --ci adds the file alone, and one that we have no workflow for names those that we have', () => {
  const repository = createRepository()
  repository.lanekeeper(['init', '--yes'])
  const { changes, notes } = JSON.parse(repository.lanekeeper(['init', '--ci', 'gitlab', '--yes', '--json']).stdout)
  expect(changes.map(({ file }: { file: string }) => file)).toEqual(['.gitlab/lanekeeper.yml'])
  expect(notes.join()).toContain('Make .gitlab-ci.yml')
  const other = repository.lanekeeper(['init', '--ci', 'circle', '--yes'])
  expect([other.status, other.stderr.includes('--ci github, --ci gitlab')]).toEqual([2, true])
})
