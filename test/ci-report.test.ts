import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPlace, PROJECT_ROOT } from './support/repository.ts'

const SCRIPT = join(PROJECT_ROOT, 'test/ci-report.mjs')

const reports: [name: string, report: string | null, line: string, status: number][] = [
  [
    'a green run',
    '{"numPassedTests":3,"numFailedTests":0,"numPendingTests":1,"numTodoTests":1}',
    '3 passed, 0 failed, 2 skipped',
    0,
  ],
  ['a red test', '{"numPassedTests":3,"numFailedTests":2,"numPendingTests":0}', '3 passed, 2 failed, 0 skipped', 1],
  [
    'a file that broke before its first test',
    '{"numPassedTests":3,"numFailedTests":0,"testResults":[{"status":"failed","assertionResults":[]}]}',
    '3 passed, 1 failed, 0 skipped',
    1,
  ],
  [
    'a file whose beforeAll broke',
    '{"numPassedTests":3,"numFailedTests":0,"numPendingTests":2,"testResults":[{"status":"failed","assertionResults":[{"status":"skipped"},{"status":"skipped"}]}]}',
    '3 passed, 1 failed, 2 skipped',
    1,
  ],
  [
    'a file in which a test failed',
    '{"numPassedTests":3,"numFailedTests":1,"testResults":[{"status":"failed","assertionResults":[{"status":"failed"},{"status":"passed"}]}]}',
    '3 passed, 1 failed, 0 skipped',
    1,
  ],
  ['no test at all', '{"numPassedTests":0,"numFailedTests":0}', '0 passed, 0 failed, 0 skipped', 1],
  ['a torn report', '{"numPassedTests":', '0 passed, 0 failed, 0 skipped', 1],
  ['no report', null, '0 passed, 0 failed, 0 skipped', 1],
]

test.each(reports)('the last line tells the truth about %s', (_name, report, line, status) => {
  const place = createPlace()
  if (report !== null) place.write('report.json', report)
  const ran = place.run(process.execPath, [SCRIPT, 'report.json'])
  expect(ran.stdout).toBe(`${line}\n`)
  expect(ran.status).toBe(status)
})
