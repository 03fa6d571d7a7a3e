/** What a CI system says of the branch it runs for: its checkout is detached, so git itself does not know. */

type Variables = Readonly<Record<string, string | undefined>>

/** Where the branch under judgement is told, a request's own branch before what the job was started for. */
const BRANCH_VARIABLES = [
  // GitHub, Gitea, Forgejo
  'GITHUB_HEAD_REF',
  'GITHUB_REF_NAME',
  // GitLab
  'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME',
  'CI_COMMIT_BRANCH',
  // Woodpecker has a pull request's target in CI_COMMIT_BRANCH
  'CI_COMMIT_SOURCE_BRANCH',
  'CI_COMMIT_REF_NAME',
  // Azure Pipelines
  'SYSTEM_PULLREQUEST_SOURCEBRANCH',
  'BUILD_SOURCEBRANCH',
  'BITBUCKET_BRANCH',
  'CIRCLE_BRANCH',
  'BUILDKITE_BRANCH',
  // Jenkins
  'CHANGE_BRANCH',
  'BRANCH_NAME',
  'TRAVIS_PULL_REQUEST_BRANCH',
  'TRAVIS_BRANCH',
  'DRONE_SOURCE_BRANCH',
] as const

/** Where a request's target is told. */
const TARGET_VARIABLES = [
  'GITHUB_BASE_REF',
  'CI_MERGE_REQUEST_TARGET_BRANCH_NAME',
  'CI_COMMIT_TARGET_BRANCH',
  'SYSTEM_PULLREQUEST_TARGETBRANCH',
  'BITBUCKET_PR_DESTINATION_BRANCH',
  'BUILDKITE_PULL_REQUEST_BASE_BRANCH',
  'CHANGE_TARGET',
  'DRONE_TARGET_BRANCH',
] as const

/** The branch the job is about, without `refs/heads/`; null where no variable names one. */
export function branchOfCi(env: Variables): string | null {
  const isTag = env.GITHUB_REF_TYPE === 'tag'
  const isWoodpecker = env.CI_COMMIT_SOURCE_BRANCH !== undefined
  const names = BRANCH_VARIABLES.filter(
    (name) => !(isTag && name === 'GITHUB_REF_NAME') && !(isWoodpecker && name === 'CI_COMMIT_BRANCH'),
  )
  if (env.CI_COMMIT_TAG)
    return firstOf(
      env,
      names.filter((name) => name !== 'CI_COMMIT_REF_NAME'),
    )
  return firstOf(env, names)
}

/** The branch that the request would land on, or the merge queue's; null outside of both. */
export function targetOfCi(env: Variables): string | null {
  const queue = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(env.GITHUB_REF_NAME ?? '')?.[1]
  return firstOf(env, TARGET_VARIABLES) ?? queue ?? null
}

/** Whether this is a job of a CI system's: its clone may be an older job's, and nobody works in it. */
export function isCi(env: Variables): boolean {
  const says = [env.CI, env.TF_BUILD, env.JENKINS_URL].find((value) => value !== undefined && value !== '')
  return says !== undefined && !/^(false|0)$/i.test(says)
}

/** The first that names a branch: a request's own ref (`12/merge`, `refs/pull/12/merge`, `pull/12`) is none. */
function firstOf(env: Variables, names: readonly string[]): string | null {
  const values = names.map((name) => (env[name] ?? '').replace(/^refs\/heads\//, ''))
  return values.find((value) => value !== '' && !/^\d+\/(merge|head)$|^(refs\/)?pull\/\d+/.test(value)) ?? null
}
