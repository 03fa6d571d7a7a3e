/** Filled in by the build, because the trusted copy under the common git dir has no package.json beside it. */
declare const LANEKEEPER_VERSION: string | undefined

/** Our version, `0.0.0-source` when the sources run without a build (unit tests). */
export const VERSION: string = typeof LANEKEEPER_VERSION === 'string' ? LANEKEEPER_VERSION : '0.0.0-source'

declare const LANEKEEPER_RULES: string | undefined

/** Names the code that turns texts into settings and tasks: what another build parsed is parsed again. Empty without a build. */
export const RULES_ID: string = typeof LANEKEEPER_RULES === 'string' ? LANEKEEPER_RULES : ''
