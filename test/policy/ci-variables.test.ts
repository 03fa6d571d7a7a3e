import { expect, test } from 'vitest'
import { branchOfCi, isCi, targetOfCi } from '../../scripts/policy/ci-variables.ts'

const jobs: [job: string, env: Record<string, string>, branch: string | null, target: string | null][] = [
  ['no CI at all', {}, null, null],
  [
    'a pull request of GitHub',
    { GITHUB_HEAD_REF: 'task/a', GITHUB_REF_NAME: '12/merge', GITHUB_REF_TYPE: 'branch', GITHUB_BASE_REF: 'main' },
    'task/a',
    'main',
  ],
  ['a push on GitHub', { GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'task/a', GITHUB_REF_TYPE: 'branch' }, 'task/a', null],
  [
    'a merge queue of GitHub',
    { GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'gh-readonly-queue/release/1.0/pr-12-0a1b2c', GITHUB_REF_TYPE: 'branch' },
    'gh-readonly-queue/release/1.0/pr-12-0a1b2c',
    'release/1.0',
  ],
  ['a tag on GitHub', { GITHUB_REF_NAME: 'v1', GITHUB_REF_TYPE: 'tag' }, null, null],
  ['a pull request without a head', { GITHUB_REF_NAME: '12/merge', GITHUB_REF_TYPE: 'branch' }, null, null],
  [
    'a merge request of GitLab',
    {
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'task/a',
      CI_COMMIT_REF_NAME: 'task/a',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
    },
    'task/a',
    'main',
  ],
  ['a push on GitLab', { CI_COMMIT_BRANCH: 'task/a', CI_COMMIT_REF_NAME: 'task/a' }, 'task/a', null],
  ['a detached GitLab job', { CI_COMMIT_REF_NAME: 'task/a' }, 'task/a', null],
  ['a tag on GitLab', { CI_COMMIT_REF_NAME: 'v1', CI_COMMIT_TAG: 'v1' }, null, null],
  [
    'Woodpecker, whose CI_COMMIT_BRANCH is the target',
    { CI_COMMIT_SOURCE_BRANCH: 'task/a', CI_COMMIT_BRANCH: 'main', CI_COMMIT_TARGET_BRANCH: 'main' },
    'task/a',
    'main',
  ],
  [
    'a pull request of Azure',
    {
      SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/task/a',
      BUILD_SOURCEBRANCH: 'refs/pull/3/merge',
      SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main',
    },
    'task/a',
    'main',
  ],
  ['a request that only Azure’s own ref names', { BUILD_SOURCEBRANCH: 'refs/pull/3/merge' }, null, null],
  ['a fork on CircleCI', { CIRCLE_BRANCH: 'pull/12' }, null, null],
  ['Bitbucket', { BITBUCKET_BRANCH: 'task/a', BITBUCKET_PR_DESTINATION_BRANCH: 'main' }, 'task/a', 'main'],
  ['Jenkins', { CHANGE_BRANCH: 'task/a', BRANCH_NAME: 'PR-3', CHANGE_TARGET: 'main' }, 'task/a', 'main'],
]
test.each(jobs)('%s', (_job, env, branch, target) => {
  expect([branchOfCi(env), targetOfCi(env)]).toEqual([branch, target])
})

test.each<[env: Record<string, string>, isCi: boolean]>([
  [{}, false],
  [{ CI: '' }, false],
  [{ CI: 'false' }, false],
  [{ CI: 'true' }, true],
  [{ CI: 'woodpecker' }, true],
  [{ TF_BUILD: 'True' }, true],
])('%o', (env, expected) => expect(isCi(env)).toBe(expected))
