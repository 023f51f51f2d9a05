const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A size in decimal units with three digits at most: `3.86 GB`, `512 MB`. */
export function formatBytes(bytes: number | bigint): string {
  const size = Number(bytes);
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return `${Number((size / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Memory, in the binary units that it is sold in: `8 GB` for what the kernel sees of an 8 GB board. */
export function formatMemory(bytes: number | bigint): string {
  const gigabytes = Number(bytes) / 1024 ** 3;
  return gigabytes < 1 ? `${Math.round(gigabytes * 1024)} MB` : `${Number(gigabytes.toPrecision(2))} GB`;
}
