/** Who is in charge of git's hooks. We share them with husky and with nobody else: two managers silence each other. */

import { commandLine } from '../shell-quote.ts'
import { dependenciesOf, type Manifest, packageRunner } from './package-scripts.ts'

export interface HookFacts {
  /** The value of core.hooksPath that git would use, or null. */
  readonly hooksPath: string | null
  /** Where it is set: `local`, `global`, `system` …, or null. */
  readonly hooksPathScope: string | null
  /** Whether it points into our trusted copy. */
  readonly isOurs: boolean
  /** Files in `.git/hooks` that git would run. */
  readonly gitHooks: readonly string[]
  /** The text of those files, by name. */
  readonly gitHookTexts: ReadonlyMap<string, string>
  readonly mainWorktree: string
  /** Names in the top directory. */
  readonly topFiles: readonly string[]
  readonly manifest: Manifest | null
  /** The text of every `.husky/*` file, one after the other. */
  readonly huskyText: string
  /** The text of lefthook's settings in the top directory, or empty. */
  readonly lefthookText: string
}

export interface Foreign {
  /** Whose hooks they are, for the message. */
  readonly who: string
  /** What to do, line by line. */
  readonly hint: string
}

type Rule = (facts: HookFacts) => Foreign | null

const AGAIN = 'Then: npx lanekeeper init'

/** Names in the top directory. */
export const LEFTHOOK_SETTINGS = /^\.?lefthook(-local)?\.(ya?ml|json|toml)$/

/** Those that hooks managers are used for; git's for patches by mail are not among them. */
const CLIENT_HOOKS = [
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'post-checkout',
  'pre-merge-commit',
  'post-merge',
  'pre-rebase',
  'post-rewrite',
  'pre-push',
]

const rules: readonly Rule[] = [lefthook, simpleGitHooks, preCommit, foreignPath, plainHooks]

/** The hooks manager that must give way first, or null where we may come in. */
export function foreignHooks(facts: HookFacts): Foreign | null {
  for (const rule of rules) {
    const found = rule(facts)
    if (found) return found
  }
  return null
}

/**
 * `lefthook run` installs lefthook's hooks first, wherever core.hooksPath points: it would take the gate out at the first
 * commit. `--no-auto-install` (lefthook 1.6.11) keeps it from that.
 */
function lefthook({ topFiles, gitHooks, gitHookTexts, huskyText, manifest, lefthookText }: HookFacts): Foreign | null {
  const config = topFiles.find((name) => LEFTHOOK_SETTINGS.test(name))
  const theirs = gitHooks.filter((name) => /\bLEFTHOOK\b/.test(gitHookTexts.get(name) ?? ''))
  const calls = huskyText.split('\n').filter((line) => line.includes('lefthook run'))
  if ((config === undefined && theirs.length === 0) || isGentleIn(lefthookText, calls)) return null
  const who = `lefthook (${config ?? theirs.map((name) => `.git/hooks/${name}`).join(', ')})`
  if (calls.length > 0) return { who, hint: [...GENTLY, AGAIN].join('\n') }
  const isPackage = manifest !== null && 'lefthook' in dependenciesOf(manifest)
  const program = isPackage ? `${packageRunner(topFiles)} lefthook` : 'lefthook'
  const named = CLIENT_HOOKS.filter((hook) => theirs.includes(hook) || isConfigured(hook, lefthookText))
  return {
    who,
    hint: [
      'Let husky call it, so that its jobs also run in every worktree:',
      `  ${program} uninstall; mkdir -p .husky`,
      ...(named.length > 0 ? named : ['pre-commit']).map((hook) =>
        callLine(hook, `${program} run ${hook} --no-auto-install`),
      ),
      ...(/lefthook install/.test(Object.values(manifest?.scripts ?? {}).join('\n'))
        ? ['and take "lefthook install" out of package.json.']
        : []),
      AGAIN,
    ].join('\n'),
  }
}

const GENTLY = [
  'Each "lefthook run" in .husky/ needs --no-auto-install (or lefthook.yml "no_auto_install: true"):',
  'else lefthook puts its own hooks in place of ours the first time it is called.',
]

function isGentleIn(config: string, calls: readonly string[]): boolean {
  return calls.length > 0 && (/^"?no_auto_install"?\s*[:=]\s*true/m.test(config) || calls.every(isGentle))
}

function isGentle(call: string): boolean {
  return call.includes('--no-auto-install') || call.trimStart().startsWith('#')
}

/** A hook named at the top of a lefthook.yml, .json or .toml. */
function isConfigured(hook: string, config: string): boolean {
  return new RegExp(`^(?:\\[?"?${hook}\\b"?[\\]:. ]|[\\s{]*"${hook}"\\s*:)`, 'm').test(config)
}

/** A line that adds a call to a hook's file. */
function callLine(hook: string, call: string): string {
  return `  echo '${call} "$@"' >> .husky/${hook}`
}

function simpleGitHooks({ topFiles, manifest }: HookFacts): Foreign | null {
  const file = topFiles.find((name) => /^\.?simple-git-hooks\.(json|[cm]?js)$/.test(name))
  const settings = manifest?.['simple-git-hooks']
  const where = settings === undefined ? file : 'package.json'
  if (where === undefined) return null
  const own = Object.entries(settings ?? {}).filter(([name]) => CLIENT_HOOKS.includes(name))
  const hooks = own.length > 0 ? own : [['pre-commit', 'npx lint-staged'] as const]
  return {
    who: `simple-git-hooks (${where})`,
    hint: [
      'Move each of its commands to a file of the hook’s name in .husky/, so that it also runs in every worktree:',
      '  mkdir -p .husky',
      ...hooks.map(([name, line]) => `  ${commandLine(['echo', String(line)])} >> .husky/${name}`),
      settings === undefined ? `  rm ${where}` : '  npm pkg delete simple-git-hooks',
      `  rm -f ${hooks.map(([name]) => `.git/hooks/${name}`).join(' ')}`,
      'and take it out of the scripts and dependencies of package.json.',
      AGAIN,
    ].join('\n'),
  }
}

function preCommit({ isOurs, hooksPath, gitHooks, gitHookTexts, huskyText }: HookFacts): Foreign | null {
  if (isOurs || hooksPath !== null || /pre-commit (?:run|hook-impl)/.test(huskyText)) return null
  const theirs = gitHooks.filter((name) => /generated by pre-commit|pre_commit/.test(gitHookTexts.get(name) ?? ''))
  if (theirs.length === 0) return null
  return {
    who: `pre-commit (.git/hooks/${theirs.join(', .git/hooks/')})`,
    hint: [
      'Let husky call it, so that its checks also run in every worktree:',
      `  pre-commit uninstall ${theirs.map((name) => `-t ${name}`).join(' ')}; mkdir -p .husky`,
      ...theirs.map(preCommitLine),
      AGAIN,
    ].join('\n'),
  }
}

/** As the hook that `pre-commit install` writes calls it. */
export function preCommitLine(hook: string): string {
  return callLine(
    hook,
    `pre-commit hook-impl --config=.pre-commit-config.yaml --hook-type=${hook} --hook-dir=.husky --`,
  )
}

function foreignPath({ hooksPath, hooksPathScope, isOurs, mainWorktree }: HookFacts): Foreign | null {
  if (hooksPath === null || isOurs) return null
  const husky = ['.husky', '.husky/_'].flatMap((path) => [path, `${mainWorktree}/${path}`])
  if (husky.includes(hooksPath.replace(/\/+$/, ''))) return null
  const scope = hooksPathScope ?? 'local'
  return {
    who: `core.hooksPath = ${hooksPath} (${scope} git configuration)`,
    hint: [
      `Move the hooks you want to keep from ${hooksPath} to .husky/ (one file a hook; they then run in every worktree),`,
      `then: git config --${scope} --unset-all core.hooksPath`,
      AGAIN,
    ].join('\n'),
  }
}

/** Our pin would silence them, so a person has to say what becomes of them. */
function plainHooks({ isOurs, hooksPath, gitHooks }: HookFacts): Foreign | null {
  if (isOurs || hooksPath !== null || gitHooks.length === 0) return null
  const files = gitHooks.map((name) => `.git/hooks/${name}`).join(' ')
  return {
    who: `hooks of your own (${files})`,
    hint: [
      'Make them part of the project, so that they also run in every worktree:',
      `  mkdir -p .husky && mv -n ${files} .husky/`,
      AGAIN,
    ].join('\n'),
  }
}
