const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A stretch of time in its two largest units: `3 d 4 h`, `12 min 5 s`, `0.8 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${(Math.max(0, milliseconds) / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(milliseconds / 1_000);
  const start = units.findIndex(([, size]) => seconds >= size);
  const parts = units.slice(start, start + 2).map(([unit, size], index) => {
    const count = index === 0 ? Math.floor(seconds / size) : Math.floor((seconds % (units[start]?.[1] ?? 1)) / size);
    return index > 0 && count === 0 ? '' : `${count} ${unit}`;
  });
  return parts.filter(Boolean).join(' ');
}
