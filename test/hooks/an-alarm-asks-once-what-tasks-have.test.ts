/** An alarm looks at each commit that came; what the tasks have it asks of git once. */
import { expect, it } from 'vitest'
import { gitThat } from '../support/altered-git.ts'
import { BRANCH, preparedStrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()
const OFF = { LANEKEEPER: '0' }

it('however many commits came', () => {
  const repository = baseAndStrayingTask()
  const asked = repository.write('asked', '')
  const env = gitThat(repository, `refs/remotes/*/${BRANCH}`, `echo >> ${asked}`)
  const timesAsked = () => {
    repository.write('asked', '')
    const { alarms } = JSON.parse(repository.lanekeeper(['status', '--json'], { env }).stdout)
    expect(alarms).toMatchObject([{ commits: [expect.stringContaining('work on lib/pool.ts')] }])
    return repository.read('asked').length
  }
  repository.git(['cherry-pick', BRANCH], { env: OFF })
  const ofOne = timesAsked()
  for (const name of ['a', 'b', 'c', 'd']) repository.commit({ [`docs/${name}.md`]: name }, name, { env: OFF })
  expect(timesAsked()).toBe(ofOne)
})
