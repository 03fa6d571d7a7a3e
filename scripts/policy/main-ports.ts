/** The main worktree's ports inside values: `http://localhost:3000` must not follow a copied file into a worktree. */

/** What a dev server listens on when nobody says anything, by the package that starts it (integrations.md section 3.2). */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  next: 3000,
  nuxt: 3000,
  astro: 4321,
  '@angular/core': 4200,
  '@sveltejs/kit': 5173,
  '@react-router/dev': 5173,
  vite: 5173,
}
const USUAL_PORT = 3000

/** A host that means this machine, and the port behind it. */
const LOCAL_ORIGIN = /((?:\b(?:[\w-]+\.)*localhost|\b127\.0\.0\.1|\b0\.0\.0\.0|\[::1?\]):)(\d{1,5})(?!\d)/gi

/** Main worktree's port → this worktree's port. */
export type PortMap = ReadonlyMap<number, number>

/**
 * Which ports of the main worktree become which here.
 * @param ports service → port of this worktree
 * @param mainEnv the main worktree's variables
 * @param packageNames dependencies of its package.json
 */
export function portMapOf(
  ports: Readonly<Record<string, number>>,
  mainEnv: Readonly<Record<string, string>>,
  packageNames: readonly string[],
): PortMap {
  const map = new Map<number, number>()
  for (const [service, port] of Object.entries(ports)) {
    const inMain = Number(mainEnv[service] ?? Number.NaN)
    if (Number.isInteger(inMain) && inMain > 0 && inMain < 65536) map.set(inMain, port)
  }
  const first = 'PORT' in ports ? 'PORT' : Object.keys(ports)[0]
  if (first !== undefined && mainEnv[first] === undefined) {
    const framework = Object.keys(DEFAULT_PORTS).find((name) => packageNames.includes(name))
    const usual = framework === undefined ? USUAL_PORT : (DEFAULT_PORTS[framework] ?? USUAL_PORT)
    if (!map.has(usual)) map.set(usual, ports[first] as number)
  }
  return map
}

/** The value with every mention of a main worktree's port on this machine replaced; a bare number counts where the name ends in PORT. */
export function rewrittenValue(key: string, value: string, map: PortMap): string {
  if (/port$/i.test(key) && /^\d+$/.test(value)) return String(map.get(Number(value)) ?? value)
  return value.replace(LOCAL_ORIGIN, (whole, origin: string, port: string) => {
    const here = map.get(Number(port))
    return here === undefined ? whole : `${origin}${here}`
  })
}
