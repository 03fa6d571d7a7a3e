/** `.ci/run` with another npm: what it prints last and how it exits, whatever the run did. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPlace, PROJECT_ROOT } from './support/repository.ts'

const REPORT = '{"numPassedTests":2,"numFailedTests":0,"numPendingTests":1}'

const runs: [name: string, npm: string, line: string, status: number][] = [
  ['green', `printf '%s' '${REPORT}' > .ci/report.json`, '2 passed, 0 failed, 1 skipped', 0],
  [
    'red although the report is green',
    `printf '%s' '${REPORT}' > .ci/report.json; exit 3`,
    '2 passed, 0 failed, 1 skipped',
    3,
  ],
  ['stopped before any test', 'echo lint failed; exit 1', '0 passed, 0 failed, 0 skipped', 1],
  ['green without a report', 'true', '0 passed, 0 failed, 0 skipped', 1],
]

test.each(runs)('a run that is %s', (_name, npm, line, status) => {
  const place = createPlace()
  for (const dir of ['.ci', 'test', 'bin']) mkdirSync(place.path(dir))
  for (const file of ['.ci/run', 'test/ci-report.mjs']) copyFileSync(join(PROJECT_ROOT, file), place.path(file))
  place.write('.ci/report.json', '{"numPassedTests":999}')
  chmodSync(place.write('bin/npm', `#!/bin/sh\n[ "$*" = cit ] || exit 64\n${npm}\n`), 0o755)
  const ran = place.run(place.path('.ci/run'), [], { env: { PATH: `${place.path('bin')}:${process.env.PATH}` } })
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe(line)
  expect(ran.status).toBe(status)
})
