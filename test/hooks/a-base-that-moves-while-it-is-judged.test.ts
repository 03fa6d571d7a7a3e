/**
 * A command of ours records the base's tip as judged. What the hooks saw the base get just then must not be forgotten with
 * it: a task may have merged it, and would be taken for who brought it (found by the simulator).
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openRepository } from '../../scripts/system/repository.ts'
import { forgetSeenMoves, seenTips } from '../../scripts/system/verified.ts'
import { preparedStrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

it('a verdict leaves what the hooks wrote down', () => {
  const repository = baseAndStrayingTask()
  const alarms = () => JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms
  repository.commit({ 'readme.txt': 'one\n' }, 'by a person')
  expect(alarms()).toEqual([])
  const first = repository.git(['rev-parse', 'main'])
  expect(repository.git(['rev-parse', 'refs/lanekeeper/verified/main'])).toBe(first)
  repository.commit({ 'readme.txt': 'two\n' }, 'by a person')
  const second = repository.git(['rev-parse', 'main'])
  expect(readFileSync(repository.path('project/.git/lanekeeper/seen-moves'), 'utf8')).toBe(
    `${repository.before} ${first}\n${first} ${second}\n`,
  )
})

it('of many moves only those go that led to the judged tip', () => {
  const repository = baseAndStrayingTask()
  const opened = openRepository(repository.root, repository.env)
  const file = repository.path('project/.git/lanekeeper/seen-moves')
  const [b, c] = [repository.before, repository.tip]
  appendFileSync(file, `${`a ${b}\n`.repeat(1000)}${b} ${c}\n`)
  forgetSeenMoves(opened, b)
  expect(readFileSync(file, 'utf8')).toBe(`${b} ${c}\n`)
  expect(seenTips(opened, b)).toEqual([b, c])
})

it('a commit that a person amended, and git deleted since, is missed by nobody', () => {
  const repository = baseAndStrayingTask()
  repository.commit({ 'readme.txt': 'one\n' }, 'by a person')
  repository.git(['commit', '-q', '--amend', '-m', 'said better'])
  repository.git(['reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all'])
  repository.git(['gc', '-q', '--prune=now'])
  expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
})
