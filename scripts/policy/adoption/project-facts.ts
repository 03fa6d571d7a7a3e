/** What `init` knows of a project before it decides anything. Filled by system/project-facts.ts. */
import type { Manifest } from './package-scripts.ts'

/** git says that it ignores a path below an ignored directory, whether the directory is there or not. */
export const IN_NODE_MODULES = 'node_modules/x'

export interface Package {
  /** Directory below the root, '' for the root itself. */
  readonly dir: string
  readonly manifest: Manifest
}

/** An env file that is there. */
export interface EnvFileFact {
  readonly path: string
  /** As dotenv reads them. */
  readonly variables: Readonly<Record<string, string>>
  readonly isTracked: boolean
}

export interface ProjectFacts {
  /** Text of the files init may edit, by path; a path that is missing here does not exist. */
  readonly texts: ReadonlyMap<string, string>
  /** Paths git knows or would know: tracked, and untracked but not ignored. */
  readonly files: readonly string[]
  /** Start of one migration of each directory whose tool only its text tells, by path. */
  readonly heads: ReadonlyMap<string, string>
  /** Of `files`, those that are not tracked. */
  readonly untracked: readonly string[]
  /** The root package and the workspace's, the root first. */
  readonly packages: readonly Package[]
  /** Env files that are there, weakest first. */
  readonly envFiles: readonly EnvFileFact[]
  /** Of the env files, IN_NODE_MODULES and the agents' settings, what git would ignore, there or not. */
  readonly ignored: ReadonlySet<string>
  /** The base by name; `isSure` false where only the current branch suggests it. */
  readonly base: { readonly name: string; readonly isSure: boolean }
  readonly usesYarnBerry: boolean
  /** Yarn without node_modules. */
  readonly usesPlugAndPlay: boolean
  readonly usesClaude: boolean
}

/** The root's package.json, or null. */
export function manifestOf({ packages }: Pick<ProjectFacts, 'packages'>): Manifest | null {
  return packages.find(({ dir }) => dir === '')?.manifest ?? null
}
