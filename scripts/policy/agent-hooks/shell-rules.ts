/** Which commands in a shell line an agent must not run in its task's worktree, and where they would run. */
import { commandLine } from '../shell-quote.ts'
import { gitCall, optionsOf, positionals } from './git-command.ts'
import { GOES_ROUND, type Lane, type Reason, refusedGit, writesIn } from './git-rules.ts'
import { isShell, shellCommands } from './shell-words.ts'

/** A command that is refused where it runs in this worktree, or (`onlyElsewhere`) in another one of the repository. */
export interface DoubtfulCommand extends Reason {
  /** The command, as one line. */
  readonly what: string
  /** Directories it was sent to, each from the one before; empty: where the agent stands. */
  readonly dirs: readonly string[]
  /** It is in order here; in another worktree it would change what is somebody else's. */
  readonly onlyElsewhere: boolean
}

/** `sh -c "sh -c …"` and `eval` within each other. */
const MOST_SCRIPTS = 5
/** More of a command than this is no help to anybody. */
const MOST_SHOWN = 120
/** Words before a program that run it: keywords, and programs that start another. */
const PREFIXES =
  /^(!|\{|if|then|elif|else|while|until|do|time|command|builtin|exec|env|nohup|nice|timeout|stdbuf|setsid|sudo|doas|xargs)$/

/** Every command of the line that may have to be refused, in order. */
export function doubtfulCommands(text: string, lane: Lane, depth = 0): DoubtfulCommand[] {
  const dirs = new Map<string, readonly string[]>()
  return shellCommands(text).flatMap(({ words, scope }) => {
    const here = dirsIn(dirs, scope)
    const { assignments, program, args } = programOf(words)
    if (program === 'cd' || program === 'pushd') {
      dirs.set(scope, isPlain(args[0]) ? [...here, args[0] ?? ''] : here)
      return []
    }
    const script = scriptOf(program, args)
    const found = script === null || depth >= MOST_SCRIPTS ? [] : doubtfulCommands(script, lane, depth + 1)
    const inner = found.map((one) => ({ ...one, dirs: [...here, ...one.dirs] }))
    if (program === 'rm') return removals(words, args, here)
    const own = doubtAbout({ words, assignments, program, args }, lane, here)
    return own === null ? inner : [own, ...inner]
  })
}

/** Where commands of a scope run: its own `cd`, or that of the nearest scope around it. */
function dirsIn(dirs: ReadonlyMap<string, readonly string[]>, scope: string): readonly string[] {
  for (let at = scope.length; at > 0; at = scope.lastIndexOf('.', at - 1)) {
    const found = dirs.get(scope.slice(0, at))
    if (found) return found
  }
  return dirs.get('') ?? []
}

/** A directory that only the shell knows is taken for this one. */
function isPlain(dir: string | undefined): boolean {
  return dir !== undefined && dir !== '-' && !/[$`*?~]/.test(dir) && !dir.startsWith('-')
}

interface Program {
  readonly words: readonly string[]
  readonly assignments: readonly string[]
  /** Without its directory. */
  readonly program: string
  readonly args: readonly string[]
}

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/

/** The program a command really starts, behind assignments, keywords, and programs like `env` and `timeout`. */
function programOf(words: readonly string[]): Omit<Program, 'words'> {
  const assignments: string[] = []
  let isBehindPrefix = false
  let at = 0
  for (; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const isOption = isBehindPrefix && (word.startsWith('-') || /^(\d[\d.]*[smhd]?|\{\})$/.test(word))
    const isValue = isBehindPrefix && /^-[a-zA-Z]$/.test(words[at - 1] ?? '') && !isRunner(word)
    if (ASSIGNMENT.test(word)) assignments.push(word)
    else if (PREFIXES.test(word)) isBehindPrefix = true
    else if (!isOption && !isValue) break
  }
  return { assignments, program: nameOf(words[at] ?? ''), args: words.slice(at + 1) }
}

function isRunner(word: string): boolean {
  return PREFIXES.test(word) || /^(git|eval|cd)$/.test(nameOf(word)) || isShell(word)
}

/** `/usr/bin/git` and `git.exe` are git. */
function nameOf(word: string): string {
  return (word.split('/').at(-1) ?? '').replace(/\.exe$/i, '')
}

/** The text that `sh -c` or `eval` runs, or null. */
function scriptOf(program: string, args: readonly string[]): string | null {
  if (program === 'eval') return args.join(' ')
  if (!isShell(program)) return null
  const at = args.findIndex((word) => /^-[a-z]*c[a-z]*$/.test(word))
  return at === -1 ? null : (args.slice(at + 1).find((word) => !/^[-+]/.test(word)) ?? null)
}

function doubtAbout(command: Program, lane: Lane, here: readonly string[]): DoubtfulCommand | null {
  const what = shown(command.words)
  if (switchesUsOff(command)) return { ...GOES_ROUND, what, dirs: here, onlyElsewhere: false }
  if (command.program !== 'git') return null
  const call = gitCall(command.args)
  const dirs = [...here, ...call.dirs.filter(isPlain)]
  const reason = hasOwnConfig(command.assignments) ? GOES_ROUND : refusedGit(call, lane)
  if (reason !== null) return { ...reason, what, dirs, onlyElsewhere: false }
  return writesIn(call) ? { ...ELSEWHERE, what, dirs, onlyElsewhere: true } : null
}

/** `rm -r` of what is another worktree's; here everything may go, git has it. */
function removals(words: readonly string[], args: readonly string[], here: readonly string[]): DoubtfulCommand[] {
  const isDeep = optionsOf(args).some((option) => /^(--recursive|-[a-z]*r)/i.test(option))
  const targets = isDeep ? positionals(args).filter(isPlain) : []
  return targets.map((target) => ({ ...ELSEWHERE, what: shown(words), dirs: [...here, target], onlyElsewhere: true }))
}

const ELSEWHERE: Reason = {
  why: "it changes another worktree than this task's",
  instead: 'work in your own worktree; what another one needs, say in your answer',
}

/** LANEKEEPER=0 in front of a command, or exported for those that follow. */
function switchesUsOff({ assignments, program, args }: Program): boolean {
  const exported = /^(export|declare|typeset|set)$/.test(program) ? args : []
  return [...assignments, ...exported].some((word) => word === 'LANEKEEPER=0')
}

/** git takes settings from the environment too; husky is switched off by a variable of its own. */
function hasOwnConfig(assignments: readonly string[]): boolean {
  return assignments.some((word) => word === 'HUSKY=0' || /^GIT_CONFIG_[A-Z0-9_]*=.*core\.hookspath/i.test(word))
}

function shown(words: readonly string[]): string {
  const line = commandLine(words).replace(/\s+/g, ' ')
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line
}
