/** A time that is short: `12 ms`, `0.8 ms`; a dash when nobody has measured it. */
export function formatMilliseconds(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** A share of one as a percentage that never rounds up to 100: `99.9 %`. */
export function formatPercent(share: number): string {
  return share >= 1 ? '100 %' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** How reliably a device was there; `new` until its first hours have been counted. */
export function formatUptime(share: number): string {
  return share === 0 ? 'new' : formatPercent(share);
}

/** The speed of a line: `94 Mbit/s`; a dash when nobody has measured it. */
export function formatSpeed(megabits: number | null): string {
  return megabits === null ? '–' : `${Math.round(megabits)} Mbit/s`;
}
