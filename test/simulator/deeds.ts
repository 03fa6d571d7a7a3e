/** What was done, as it was done: the log of a run, and the shell script that does it again. */

/** One command. `write FILE TEXT`, `delete PATH`, `sql FILE STATEMENT` and `psql URL STATEMENT` are the script's own. */
export interface Deed {
  readonly round: number
  /** An agent's name, or who else did it. */
  readonly by: string
  /** Where; absolute. */
  readonly cwd: string
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** After how many milliseconds the injector ended it; null where it did not. */
  readonly killedAfterMs: number | null
  /** How it ended. */
  readonly ending: string
}

/** Variable of a script → what it stands for, which differs from run to run. */
export type Places = Readonly<Record<string, string>>

/** One line a deed, in the order they ended. */
export function logOf(deeds: readonly Deed[]): string {
  return deeds
    .map(
      (deed) => `${deed.round} ${deed.by} ${deed.cwd}$ ${lineOf(deed, {}).replaceAll('\n', '\\n')}  -> ${deed.ending}`,
    )
    .join('\n')
}

/**
 * A script that does the same again: round after round, the agents of a round side by side, and who was killed is killed
 * again after the same time.
 * @param header lines that set the variables of the places and define the script's own commands
 */
export function scriptOf(deeds: readonly Deed[], places: Places, header: string): string {
  const rounds = [...new Set(deeds.map(({ round }) => round))]
  return [
    header,
    ...rounds.flatMap((round) =>
      roundOf(
        deeds.filter((deed) => deed.round === round),
        places,
      ),
    ),
    '',
  ].join('\n')
}

function roundOf(deeds: readonly Deed[], places: Places): string[] {
  const agents = [...new Set(deeds.map(({ by }) => by))]
  return [
    `# round ${deeds[0]?.round}`,
    ...agents.flatMap((agent) => [
      `( # ${agent}`,
      ...deeds.filter(({ by }) => by === agent).map((deed) => shellOf(deed, places)),
      ') &',
    ]),
    'wait',
  ]
}

function shellOf(deed: Deed, places: Places): string {
  const { cwd, killedAfterMs, ending } = deed
  const doom = killedAfterMs === null ? '' : `timeout -s KILL ${(killedAfterMs / 1000).toFixed(3)} `
  return `cd ${quoted(cwd, places)} && ${doom}${lineOf(deed, places)} # ${ending.replaceAll('\n', ' ')}`
}

function lineOf({ words, env }: Deed, places: Places): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value, places)}`)
  return [...(variables.length > 0 ? ['env', ...variables] : []), ...words.map((word) => quoted(word, places))].join(
    ' ',
  )
}

/** A word for the shell, with the places in it as variables; the longest place first, as one may be inside another. */
function quoted(word: string, places: Places): string {
  const found = Object.entries(places)
    .sort(([, a], [, b]) => b.length - a.length)
    .find(([, place]) => word.includes(place))
  if (found === undefined) return plain(word)
  const [name, place] = found
  const [before = '', ...after] = word.split(place)
  const start = before === '' ? '' : quoted(before, places)
  return `${start}"$${name}"${after.map((part) => (part === '' ? '' : quoted(part, places))).join(`"$${name}"`)}`
}

function plain(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
