import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CI_FILES, CI_SYSTEMS, ciSystemOf, GITLAB_MAIN_FILE, planCi } from '../../../scripts/policy/adoption/init-ci.ts'
import { VERSION } from '../../../scripts/policy/version.ts'

const texts = (files: Record<string, string> = {}) => new Map(Object.entries(files))
const textOf = (system: (typeof CI_SYSTEMS)[number]) => planCi(system, texts()).edits[0]?.after ?? ''

describe('the workflow', () => {
  it('of GitHub fetches the tasks, runs this version against the request’s base, and may only read', () => {
    const { on, permissions, jobs } = parse(textOf('github'))
    expect([Object.keys(on), permissions]).toEqual([['pull_request', 'merge_group'], { contents: 'read' }])
    const [checkout, fetch, check] = jobs.check.steps
    expect(checkout.with['fetch-depth']).toBeGreaterThan(1)
    expect(fetch.run).toBe("git fetch --no-tags origin '+refs/lanekeeper/*:refs/lanekeeper/*'")
    expect(check.run).toContain(`lanekeeper@${VERSION} check --base "$BASE" --head HEAD --format github`)
    // a branch's name is a stranger's text: never part of a script
    expect(check.env).toEqual({
      BASE: "${{ github.event.merge_group.base_sha || format('origin/{0}', github.base_ref) }}",
    })
    expect([fetch.run, check.run].join()).not.toContain('${{')
  })

  it('of GitLab runs for merge requests alone', () => {
    const job = parse(textOf('gitlab'))['lanekeeper check']
    expect(job.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }])
    expect(job.script[1]).toContain(
      `lanekeeper@${VERSION} check --base "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --head HEAD`,
    )
  })

  it.each(CI_SYSTEMS)('of %s says what wrote it and how tasks get to the remote', (system) => {
    expect(textOf(system)).toMatch(/^# Written by `lanekeeper init --ci /)
    expect(textOf(system)).toContain("git push origin refs/lanekeeper/tasks '+refs/lanekeeper/leases/*'")
  })
})

describe('the plan', () => {
  const cases: [
    name: string,
    system: 'github' | 'gitlab',
    files: Record<string, string>,
    edits: number,
    note: RegExp | null,
  ][] = [
    ['nothing there', 'github', {}, 1, /required status check/],
    ['ours there', 'github', { [CI_FILES.github]: textOf('github') }, 0, null],
    ['another’s there', 'github', { [CI_FILES.github]: 'on: push\n' }, 0, /is there already and stays as it is/],
    [
      'GitLab without a file of its own',
      'gitlab',
      {},
      1,
      /^Make \.gitlab-ci\.yml.*\n {2}include:\n {4}- local: \.gitlab\/lanekeeper\.yml$/m,
    ],
    ['GitLab’s file that lacks ours', 'gitlab', { [GITLAB_MAIN_FILE]: 'a: 1\n' }, 1, /^Add to \.gitlab-ci\.yml/m],
    [
      'GitLab’s file that has ours',
      'gitlab',
      { [GITLAB_MAIN_FILE]: `include:\n  - local: ${CI_FILES.gitlab}\n`, [CI_FILES.gitlab]: textOf('gitlab') },
      0,
      null,
    ],
  ]
  it.each(cases)('%s', (_name, system, files, edits, note) => {
    const plan = planCi(system, texts(files))
    expect(plan.edits).toHaveLength(edits)
    if (note === null) expect(plan.notes).toEqual([])
    else expect(plan.notes.join('\n')).toMatch(note)
  })

  it('knows its systems and no others', () => {
    expect(['github', 'gitlab', 'GitHub', 'circle', 'constructor'].map(ciSystemOf)).toEqual([
      'github',
      'gitlab',
      null,
      null,
      null,
    ])
  })
})
